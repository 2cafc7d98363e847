"""Parameters of the audit of shift, shortcuts and robustness."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from pneumoscope.errors import InputError
from pneumoscope.options.base import Count, Options, Several, Share, all_different, options_with
from pneumoscope.radiographs.degradations import DEGRADATIONS, Detail, Quality


def _several(strength: Any) -> Any:
    # Only a running program knows the types that the table names.
    return Several[strength]


_SeveralStrengths: Any = options_with(
    {name: (_several(known.strength), ()) for name, known in DEGRADATIONS.items()}
)


class StrengthOptions(_SeveralStrengths):
    """Strengths of each degradation, from mild to harsh, at the stored size; none leaves it out.

    Its keys are those of `radiographs.degradations.DEGRADATIONS`.
    """

    @model_validator(mode="after")
    def _something_is_tried(self) -> "StrengthOptions":
        if not any(dict(self).values()):
            raise InputError(
                "a strength of at least one degradation", "none",
                f"Give one of {', '.join(DEGRADATIONS)}.",
            )  # fmt: skip
        return self

    @model_validator(mode="after")
    def _every_strength_changes_something_and_stands_there_once(self) -> "StrengthOptions":
        for name, strengths in dict(self).items():
            all_different(f"strengths of {name}", strengths)
            neutral = DEGRADATIONS[name].neutral
            if neutral in strengths:
                raise InputError(
                    f"strengths of `{name}` that change a film", f"{neutral:g}", "Leave it out."
                )
        return self


class RobustnessOptions(Options):
    """How test films are altered before a model scores them again.

    Attributes:
        border: Share of each side that counts as border.
        equalised_quality: JPEG quality that every film is brought to.
        equalised_detail: Factor by which every film is shrunk and enlarged before that.
        strengths: What films are degraded by.
        films: At most so many test films are degraded, evenly by class and patient.
        tolerance: A fall of a metric beyond this is put into words.
    """

    border: Annotated[float, Field(gt=0, lt=0.5)]
    equalised_quality: Quality
    equalised_detail: Detail
    strengths: StrengthOptions
    films: Count
    tolerance: Share

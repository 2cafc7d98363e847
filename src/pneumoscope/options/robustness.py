"""Parameters of the audit of shift, shortcuts and robustness."""

from typing import Annotated

from pydantic import Field, model_validator

from pneumoscope.errors import InputError
from pneumoscope.options.base import (
    Aspect,
    Contrast,
    Count,
    Degrees,
    Detail,
    Noise,
    Options,
    Quality,
    Several,
    Share,
    Sigma,
    all_different,
)


class StrengthOptions(Options):
    """Strengths of each degradation, from mild to harsh, at the stored size; none leaves it out.

    Attributes:
        quality: JPEG qualities of a new compression.
        blur: Standard deviations of a Gaussian, in pixels.
        contrast: Factors on grey values about their mean.
        noise: Standard deviations of added noise, in grey levels.
        rotation: Turns, in degrees; each film is turned one way or the other at random.
        aspect: Factors on width over height: above 1 the top and bottom are cut off, below 1
            the sides, and what is left is squashed to the stored shape.
    """

    quality: Several[Quality] = ()
    blur: Several[Sigma] = ()
    contrast: Several[Contrast] = ()
    noise: Several[Noise] = ()
    rotation: Several[Degrees] = ()
    aspect: Several[Aspect] = ()

    @model_validator(mode="after")
    def _something_is_tried(self) -> "StrengthOptions":
        if not any(dict(self).values()):
            raise InputError(
                "a strength of at least one degradation", "none",
                "Give one of quality, blur, contrast, noise, rotation and aspect.",
            )  # fmt: skip
        return self

    @model_validator(mode="after")
    def _every_strength_changes_something_and_stands_there_once(self) -> "StrengthOptions":
        for name, strengths in dict(self).items():
            all_different(f"strengths of {name}", strengths)
        if 1 in (*self.contrast, *self.aspect):
            raise InputError(
                "factors that change a film in `contrast` and `aspect`", "1", "Leave it out."
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

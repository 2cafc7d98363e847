"""Parameters of the preprocessing and of the stressed validation."""

from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from pneumoscope.errors import InputError
from pneumoscope.naming import Fit, Label
from pneumoscope.options.base import (
    AsYaml,
    Batch,
    Options,
    Pair,
    Side,
    Text,
    all_different,
    options_with,
)
from pneumoscope.radiographs.degradations import DEGRADATIONS, Quality

_FINEST = 10_000
"""Denominator of the share that is cropped, at most."""


class ClaheOptions(Options):
    """Contrast-limited adaptive histogram equalisation."""

    # At 256, the number of grey levels, nothing is clipped any more.
    clip_limit: Annotated[float, Field(gt=0, le=256)] = 2.0
    tiles: Annotated[int, Field(ge=1, le=64)] = 8


class PreprocessingOptions(Options):
    """What is done to every radiograph before a model sees it; deterministic.

    Attributes:
        size: Height and width of the stored images, in pixels.
        fit: `squash` ignores the aspect ratio, `letterbox` pads with black, `crop` cuts the
            longer side.
        border_crop: Share cut from each of the four sides first (markers, electrodes).
        train_border_crop: The same of the films that models are fitted on, at most `border_crop`;
            random crops then reach beyond what is seen in use. Null is `border_crop`.
        clahe: Local contrast equalisation, or null.
        equalise_quality: JPEG quality that every radiograph is brought to after the
            resize, so that compression cannot tell the class; null leaves them as they are.
        batch_size: Radiographs that one task transforms.
    """

    size: Pair[Side]
    fit: Annotated[Fit, AsYaml]
    border_crop: Annotated[float, Field(ge=0.0, lt=0.5)] = 0.0
    train_border_crop: Annotated[float, Field(ge=0.0, lt=0.5)] | None = None
    clahe: ClaheOptions | None = None
    equalise_quality: Quality | None = None
    batch_size: Batch = 32

    @property
    def border(self) -> Fraction:
        """`border_crop` as the short fraction that was meant: 0.29 of 100 pixels are 29, not 28."""
        return Fraction(self.border_crop).limit_denominator(_FINEST)

    def cut_from(self, side: int) -> int:
        """Count the pixels that are cut from either end of a side of that many, rounded down."""
        return int(side * self.border)

    @property
    def of_fitted_films(self) -> "PreprocessingOptions":
        """What the films go through that models are fitted on."""
        if self.train_border_crop is None:
            return self
        return self.model_copy(update={"border_crop": self.train_border_crop})

    @property
    def fits_wider_films(self) -> bool:
        """Whether models are fitted on more of each film than they see in use."""
        return self.of_fitted_films.border_crop != self.border_crop

    @model_validator(mode="after")
    def _films_are_fitted_on_no_less_than_is_seen_in_use(self) -> "PreprocessingOptions":
        if self.of_fitted_films.border_crop > self.border_crop:
            raise InputError(
                f"`train_border_crop` of at most `border_crop`, {self.border_crop:g}",
                f"{self.train_border_crop:g}",
                "Lower it, or set it to null to fit models on what they see in use.",
            )
        return self

    @model_validator(mode="after")
    def _no_tile_is_smaller_than_a_pixel(self) -> "PreprocessingOptions":
        if self.clahe is not None and self.clahe.tiles > min(self.size):
            raise InputError(
                "no more `clahe.tiles` than `size` has pixels",
                f"{self.clahe.tiles} tiles on {min(self.size)} pixels",
                "Use fewer tiles; 8 are usual.",
            )
        return self


_OneStrengthEach: Any = options_with(
    {name: (known.strength | None, None) for name, known in DEGRADATIONS.items()}
)


class StressVariant(_OneStrengthEach):
    """One way in which a film from elsewhere may differ.

    Beside these it has the strength of each entry of `radiographs.degradations.DEGRADATIONS`, in
    the order of which they are applied.

    Attributes:
        name: What reports call it.
        only: The class that is degraded; the other stays as it is. Null degrades both.
    """

    name: Text
    only: Annotated[Label, AsYaml] | None = None

    @model_validator(mode="after")
    def _something_changes(self) -> "StressVariant":
        strengths = self.strengths
        if all(strength == DEGRADATIONS[name].neutral for name, strength in strengths.items()):
            raise InputError(
                f"a degradation in the variant '{self.name}'", "none that changes a film",
                f"Give it a strength of one of {', '.join(DEGRADATIONS)}.",
            )  # fmt: skip
        return self

    @property
    def strengths(self) -> dict[str, float]:
        """The degradations that are asked for, in their order."""
        given = {name: getattr(self, name) for name in DEGRADATIONS}
        return {name: strength for name, strength in given.items() if strength is not None}


class StressOptions(Options):
    """The stressed validation: degraded copies of validation that stand in for other hospitals."""

    variants: Annotated[list[StressVariant], Field(min_length=1, max_length=50)]

    @field_validator("variants")
    @classmethod
    def _every_variant_has_a_name_of_its_own(
        cls, variants: list[StressVariant]
    ) -> list[StressVariant]:
        all_different("names of variants", (variant.name for variant in variants))
        return variants

"""Parameters of the audit of shift, shortcuts and robustness."""

from typing import Annotated

from pydantic import Field, model_validator

from pneumoscope.options.base import Count, Options, Share

Quality = Annotated[int, Field(ge=1, le=95)]
Positive = Annotated[float, Field(gt=0)]
# A narrower Gaussian changes no grey value.
Sigma = Annotated[float, Field(ge=0.1)]
Degrees = Annotated[float, Field(gt=0, le=180)]


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

    quality: tuple[Quality, ...] = ()
    blur: tuple[Sigma, ...] = ()
    contrast: tuple[Positive, ...] = ()
    noise: tuple[Positive, ...] = ()
    rotation: tuple[Degrees, ...] = ()
    aspect: tuple[Positive, ...] = ()

    @model_validator(mode="after")
    def _something_is_tried(self) -> "StrengthOptions":
        if not any(dict(self).values()):
            raise ValueError("expected a strength of at least one degradation, received none")
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
    equalised_detail: Annotated[float, Field(ge=1)]
    strengths: StrengthOptions
    films: Count
    tolerance: Share

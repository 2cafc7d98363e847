"""Parameters of the preprocessing and of the stressed validation."""

from typing import Annotated

from pydantic import Field

from pneumoscope.naming import Fit, Label
from pneumoscope.options.base import Count, Options


class ClaheOptions(Options):
    """Contrast-limited adaptive histogram equalisation."""

    clip_limit: Annotated[float, Field(gt=0)] = 2.0
    tiles: Count = 8


class PreprocessingOptions(Options):
    """What is done to every radiograph before a model sees it; deterministic.

    Attributes:
        size: Height and width of the stored images, in pixels.
        fit: `squash` ignores the aspect ratio, `letterbox` pads with black, `crop` cuts the
            longer side.
        border_crop: Share cut from each of the four sides first (markers, electrodes).
        clahe: Local contrast equalisation, or null.
        equalise_quality: JPEG quality that every radiograph is brought to after the
            resize, so that compression cannot tell the class; null leaves them as they are.
        batch_size: Radiographs that one task transforms.
    """

    size: tuple[Annotated[int, Field(ge=16)], Annotated[int, Field(ge=16)]]
    fit: Fit
    border_crop: Annotated[float, Field(ge=0.0, lt=0.5)] = 0.0
    clahe: ClaheOptions | None = None
    equalise_quality: Annotated[int, Field(ge=1, le=95)] | None = None
    batch_size: Count = 32


class StressVariant(Options):
    """One way in which a film from elsewhere may differ; keys are applied in this order.

    Attributes:
        name: What reports call it.
        only: The class that is degraded; the other stays as it is. Null degrades both.
        aspect: Factor on width over height: above 1 the top and bottom are cut off, below 1 the
            sides, and what is left is squashed to the stored shape.
        detail: Factor by which a film is shrunk and enlarged again.
        blur: Standard deviation of a Gaussian, in pixels of the stored size.
        contrast: Factor on grey values about their mean.
        gamma: Exponent on grey values in [0, 1].
        quality: JPEG quality of a compression that comes last.
    """

    name: str
    only: Label | None = None
    aspect: Annotated[float, Field(gt=0)] | None = None
    detail: Annotated[float, Field(ge=1)] | None = None
    blur: Annotated[float, Field(gt=0)] | None = None
    contrast: Annotated[float, Field(gt=0)] | None = None
    gamma: Annotated[float, Field(gt=0)] | None = None
    quality: Annotated[int, Field(ge=1, le=95)] | None = None


class StressOptions(Options):
    """The stressed validation: degraded copies of validation that stand in for other hospitals."""

    variants: Annotated[list[StressVariant], Field(min_length=1)]

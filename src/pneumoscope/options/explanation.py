"""Parameters of the explanation."""

from typing import Annotated, Literal

from pydantic import Field

from pneumoscope.options.base import Batch, Count, OpenShare, Options


class SmoothGradOptions(Options):
    """How gradients on the pixels are smoothed, for models that do not convolve.

    Attributes:
        copies: Noisy copies of a radiograph whose gradients are averaged.
        noise: Standard deviation of the noise, as a share of the grey range.
    """

    # Held in memory at once, like a batch.
    copies: Batch = 25
    noise: OpenShare = 0.1


class ExplanationOptions(Options):
    """How decisions are explained, and how the explanations are put to the test.

    Attributes:
        cam: How feature maps are weighed where the model convolves: `grad_cam` by the mean
            gradient of each channel, `hires_cam` by the gradient at each place, `fitting` by
            the mean unless the head flattens its maps and so weighs places differently.
        sample: Test radiographs of each class, evenly spread, whose attribution outside the
            centre is measured.
        randomisations: Untrained copies of the model whose maps are compared with its own.
        alike: Mean absolute rank correlation with their maps from which on a map counts as
            independent of the weights.
        smooth_grad: How gradients on the pixels are smoothed.
        layers: Layers whose channels are shown.
        channels: Channels shown of each layer.
        batch_size: Radiographs explained at a time.
    """

    cam: Literal["fitting", "grad_cam", "hires_cam"] = "fitting"
    sample: Count = 40
    # Each explains the sample anew; the tenth changes nothing that the third did not show.
    randomisations: Annotated[int, Field(ge=1, le=100)] = 3
    alike: OpenShare = 0.5
    smooth_grad: SmoothGradOptions = SmoothGradOptions()
    # A page has no room for more.
    layers: Annotated[int, Field(ge=1, le=50)] = 5
    channels: Annotated[int, Field(ge=1, le=50)] = 8
    batch_size: Batch = 16

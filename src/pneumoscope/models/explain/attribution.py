"""Attribution maps: which part of a radiograph a decision rests on."""

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from pneumoscope.models.architectures.interface import check_films
from pneumoscope.models.explain.feature_maps import Cut, cut_at_last_maps, logits
from pneumoscope.models.explain.gradients import gradient
from pneumoscope.models.training.batches import RadiographArray
from pneumoscope.options import ExplanationOptions, SmoothGradOptions

FloatMaps = NDArray[np.float32]
GREY_RANGE = 255.0


def method_of(model: keras.Model, options: ExplanationOptions) -> dict:
    """Name how a model is explained, and the layer whose maps are read.

    Returns:
        `method` ("Grad-CAM", "HiResCAM" or "SmoothGrad") and `layer` (None for gradients on the
        pixels).
    """
    cut = cut_at_last_maps(model)
    if cut is None:
        return {"method": "SmoothGrad", "layer": None}
    return {"method": "HiResCAM" if _by_place(cut, options) else "Grad-CAM", "layer": cut.layer}


def attribute(
    model: keras.Model,
    radiographs: RadiographArray,
    towards: NDArray[np.integer],
    options: ExplanationOptions,
    seed: int,
) -> FloatMaps:
    """Map what spoke for one class: on feature maps, or on pixels if the model has none.

    All differentiate the logit: the score saturates, and its gradient vanishes with it.

    Args:
        model: From radiographs to the score.
        radiographs: uint8 (n, height, width, 1).
        towards: (n,), 1 for what spoke for PNEUMONIA and -1 for what spoke for NORMAL.
        options: How feature maps are weighed, gradients smoothed, and radiographs batched.
        seed: Seed of SmoothGrad's noise.

    Returns:
        (n, h, w) from 0 upwards, at the size of the feature maps or of the radiographs; each map
        has a scale of its own.
    """
    check_films(model, radiographs.shape)
    cut = cut_at_last_maps(model)
    maps = []
    for start in range(0, len(towards), options.batch_size):
        rows = np.arange(start, min(start + options.batch_size, len(towards)))
        batch = radiographs[rows].astype(np.float32)
        if cut is None:
            maps.append(smooth_grad(model, batch, options.smooth_grad, [seed, start]))
        else:
            by_place = _by_place(cut, options)
            maps.append(class_activation_map(cut, batch, towards[rows], by_place))
    return np.concatenate(maps)


def class_activation_map(
    cut: Cut, radiographs: FloatMaps, towards: NDArray[np.integer], by_place: bool
) -> FloatMaps:
    """Weigh feature maps by the gradient of the logit on them; keep what speaks for the class.

    Under global average pooling the gradient of a channel is the same at every place, and both
    ways of weighing agree. A head that flattens its maps weighs each place by itself; the mean
    over places then tells little, and often nothing at all is left of it.

    Args:
        cut: A model cut at its feature maps.
        radiographs: (n, height, width, 1) in [0, 255].
        towards: (n,), 1 to explain the logit of PNEUMONIA, -1 that of NORMAL.
        by_place: Weigh each place by its own gradient (HiResCAM), not by the mean over the
            places of its channel (Grad-CAM).

    Returns:
        (n, h, w), from 0 upwards; zero everywhere where nothing speaks for that class.

    Source: Selvaraju et al. 2017, Grad-CAM: Visual Explanations from Deep Networks; Draelos and
        Carin 2020, Use HiResCAM instead of Grad-CAM for faithful explanations.
    """
    maps = ops.convert_to_numpy(cut.below(radiographs))
    weights = gradient(cut.above, maps)
    if not by_place:
        weights = weights.mean(axis=(1, 2), keepdims=True)
    # NORMAL's logit is PNEUMONIA's with the other sign, and so are its gradients.
    spoken = (maps * weights).sum(axis=-1) * towards[:, np.newaxis, np.newaxis]
    return np.maximum(spoken, 0.0).astype(np.float32)


def smooth_grad(
    model: keras.Model, radiographs: FloatMaps, options: SmoothGradOptions, seed: list[int]
) -> FloatMaps:
    """Average the gradients of the logit on the pixels over noisy copies of each radiograph.

    The gradient is not multiplied by the radiograph: the product shows the radiograph whatever
    the model is (Adebayo et al. 2018).

    Args:
        model: From radiographs to the score.
        radiographs: (n, height, width, 1) in [0, 255].
        options: How many copies, and how noisy.
        seed: Seed of the noise; equal seeds give every model the same noise.

    Returns:
        (n, height, width), the absolute mean gradient: how strongly a pixel moves the logit,
        either way.

    Source: Smilkov et al. 2017, SmoothGrad: removing noise by adding noise.
    """
    random = np.random.default_rng(seed)
    function = logits(model)
    total = np.zeros_like(radiographs)
    for _ in range(options.copies):
        noise = random.standard_normal(radiographs.shape, dtype=np.float32)
        total += gradient(function, radiographs + options.noise * GREY_RANGE * noise)
    return np.abs(total[..., 0] / options.copies)


def enlarge(maps: FloatMaps, shape: tuple[int, int]) -> FloatMaps:
    """Enlarge maps (n, h, w) to the height and width of the radiographs, bilinearly."""
    if maps.shape[1:] == shape:
        return maps
    enlarged = ops.image.resize(
        maps[..., np.newaxis], shape, interpolation="bilinear", data_format="channels_last"
    )
    return np.asarray(ops.convert_to_numpy(enlarged)[..., 0], dtype=np.float32)


def untrained(model: keras.Model, seed: int) -> keras.Model:
    """Build the same architecture with fresh random weights; Keras's global seed is set to it."""
    keras.utils.set_random_seed(seed)
    fresh: keras.Model = model.__class__.from_config(model.get_config())
    return fresh


def _by_place(cut: Cut, options: ExplanationOptions) -> bool:
    return cut.flattens if options.cam == "fitting" else options.cam == "hires_cam"

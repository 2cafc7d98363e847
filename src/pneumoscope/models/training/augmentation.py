"""Random changes to training radiographs, in one resampling and one change of grey values."""

import math

import keras
import numpy as np
from keras import ops

from pneumoscope.options import AugmentationOptions

_FILL_MODE = {"black": "constant", "reflect": "reflect"}


class Augmentation(keras.layers.Layer):
    """Changes every radiograph of a batch in its own random way; training only.

    Flip, turn, shear, zoom, shift and random crop are composed into one affine map, so that
    pixels are interpolated once; contrast, brightness and gamma follow. Takes grey values in
    [0, 255], (n, height, width, 1), and gives float32 of the same shape and range. Without
    any option, and at inference, the values pass unchanged.

    Args:
        options: Which changes, and how large.
        seed: Seed of the changes; equal seeds give equal sequences.
    """

    def __init__(self, options: AugmentationOptions, seed: int) -> None:
        """Note which of the two stages the options ask for."""
        super().__init__(dtype="float32", name="augmentation")
        self._options = options
        self._seed = seed
        self._random = keras.random.SeedGenerator(seed)
        self._moves = any(
            (
                options.horizontal_flip,
                options.rotation,
                options.translation,
                options.zoom,
                options.shear,
                options.crop_area,
            )
        )
        self._regrades = any((options.brightness, options.contrast, options.gamma))

    def begin_epoch(self, epoch: int) -> None:
        """Start the sequence of an epoch, a function of the seed and the epoch alone.

        So an interrupted run draws in its next epoch what an uninterrupted one draws there.
        """
        # 31 bits: some backends keep the state of a generator in signed integers.
        begin = np.random.SeedSequence([self._seed, epoch]).generate_state(1)[0] >> 1
        self._random.state.assign([int(begin), 0])

    def call(self, images: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Give the changed radiographs, or the same ones at inference."""
        images = ops.cast(images, "float32")
        if training and self._moves:
            images = self._move(images)
        if training and self._regrades:
            images = self._regrade(images)
        return images

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Give the input shape, which no change alters."""
        return input_shape

    def _uniform(self, images: keras.KerasTensor, low: float, high: float) -> keras.KerasTensor:
        return keras.random.uniform((ops.shape(images)[0],), low, high, seed=self._random)

    def _move(self, images: keras.KerasTensor) -> keras.KerasTensor:
        return ops.image.affine_transform(
            images,
            self._affine_maps(images),
            interpolation="bilinear",
            fill_mode=_FILL_MODE[self._options.fill],
            fill_value=0.0,
            data_format="channels_last",
        )

    def _affine_maps(self, images: keras.KerasTensor) -> keras.KerasTensor:
        """Draw maps (n, 8) from output to input pixels: turn x shear x scale, then shift."""
        options = self._options
        height, width = images.shape[1], images.shape[2]
        turn = self._uniform(images, -1, 1) * math.radians(options.rotation)
        slant = ops.tan(self._uniform(images, -1, 1) * math.radians(options.shear))
        zoom = self._uniform(images, 1 - options.zoom, 1 + options.zoom)
        flipped = self._uniform(images, 0, 1) < options.horizontal_flip
        crop_width, crop_height = self._crop_sides(images)
        scale_x = ops.where(flipped, -zoom, zoom) * crop_width
        scale_y = zoom * crop_height
        a, b = ops.cos(turn) * scale_x, (ops.cos(turn) * slant - ops.sin(turn)) * scale_y
        d, e = ops.sin(turn) * scale_x, (ops.sin(turn) * slant + ops.cos(turn)) * scale_y
        centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
        c = centre_x * (1 - a) - centre_y * b + width * self._shift(images, crop_width)
        f = centre_y * (1 - e) - centre_x * d + height * self._shift(images, crop_height)
        nought = ops.zeros_like(a)
        return ops.stack([a, b, c, d, e, f, nought, nought], axis=1)

    def _crop_sides(self, images: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Draw width and height (n,) of the crops, as shares of the radiograph's sides."""
        low, high = self._options.crop_area or (1.0, 1.0)
        narrow, wide = self._options.crop_aspect if self._options.crop_area else (1.0, 1.0)
        area = self._uniform(images, low, high)
        # Uniform in the logarithm: 1:2 is as likely as 2:1.
        aspect = ops.exp(self._uniform(images, math.log(narrow), math.log(wide)))
        return ops.minimum(ops.sqrt(area * aspect), 1.0), ops.minimum(ops.sqrt(area / aspect), 1.0)

    def _shift(self, images: keras.KerasTensor, crop_side: keras.KerasTensor) -> keras.KerasTensor:
        """Draw where the window lies off the centre, as a share of the side: crop and shift."""
        reach = self._options.translation
        shift = self._uniform(images, -reach, reach)
        return shift + self._uniform(images, -0.5, 0.5) * (1 - crop_side)

    def _regrade(self, images: keras.KerasTensor) -> keras.KerasTensor:
        options = self._options
        mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
        contrast = self._uniform(images, 1 - options.contrast, 1 + options.contrast)
        brightness = self._uniform(images, -255 * options.brightness, 255 * options.brightness)
        images = (images - mean) * _per_image(contrast) + mean + _per_image(brightness)
        images = ops.clip(images, 0.0, 255.0)
        if options.gamma is None:
            return images
        gamma = self._uniform(images, *options.gamma)
        return 255.0 * ops.power(images / 255.0, _per_image(gamma))


def _per_image(values: keras.KerasTensor) -> keras.KerasTensor:
    return ops.reshape(values, (-1, 1, 1, 1))

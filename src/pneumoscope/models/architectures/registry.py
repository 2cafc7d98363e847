"""The architectures, one entry each; nothing of Keras is loaded before one is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pneumoscope.models.architectures.entry import (
    Architecture,
    Backbone,
    PublishedWeights,
    Rescaling,
    resolved,
)
from pneumoscope.options import BackboneOptions, CnnOptions, MlpOptions, ModelOptions

if TYPE_CHECKING:
    import keras

_STORE = "https://storage.googleapis.com/tensorflow/keras-applications"
_BACKBONES = f"{__package__}.backbones:build"

SYMMETRIC = Rescaling((1 / 127.5,) * 3, (-1.0,) * 3)
# Per-channel standardisation of RGB in [0, 1] (torchvision).
_STANDARDISED = Rescaling(
    (1 / (255 * 0.229), 1 / (255 * 0.224), 1 / (255 * 0.225)),
    (-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225),
)
# Caffe: channels in the order blue, green, red; the mean is subtracted, nothing is scaled.
_CAFFE = Rescaling((1.0,) * 3, (-103.939, -116.779, -123.68))

# Licences as Keras's documentation of its applications and the authors' repositories name them.
ARCHITECTURES: dict[str, Architecture] = {
    "mlp": Architecture(f"{__package__}.mlp:build", MlpOptions),
    "cnn": Architecture(f"{__package__}.cnn:build", CnnOptions),
    "vgg16": Architecture(
        _BACKBONES,
        BackboneOptions,
        Backbone(
            "keras.applications:VGG16",
            _CAFFE,
            PublishedWeights(
                f"{_STORE}/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
                "6d6bbae143d832006294945121d1f1fc",
                "CC BY 4.0 (Visual Geometry Group, University of Oxford)",
            ),
            he_start=True,
        ),
    ),
    "resnet50v2": Architecture(
        _BACKBONES,
        BackboneOptions,
        Backbone(
            "keras.applications:ResNet50V2",
            SYMMETRIC,
            PublishedWeights(
                f"{_STORE}/resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5",
                "fac2f116257151a9d068a22e544a4917",
                "BSD 3-Clause (Facebook, fb.resnet.torch)",
            ),
        ),
    ),
    "mobilenetv2": Architecture(
        _BACKBONES,
        BackboneOptions,
        Backbone(
            "keras.applications:MobileNetV2",
            SYMMETRIC,
            PublishedWeights(
                f"{_STORE}/mobilenet_v2/"
                "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
                None,  # Keras publishes none
                "Apache 2.0 (TensorFlow models)",
            ),
        ),
    ),
    "densenet121": Architecture(
        _BACKBONES,
        BackboneOptions,
        Backbone(
            "keras.applications:DenseNet121",
            _STANDARDISED,
            PublishedWeights(
                f"{_STORE}/densenet/densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
                "30ee3e1110167f948a6b9946edeeb738",
                "BSD 3-Clause (Huang, Liu, van der Maaten and Weinberger)",
            ),
        ),
    ),
    "efficientnetv2b0": Architecture(
        _BACKBONES,
        BackboneOptions,
        Backbone(
            "keras.applications:EfficientNetV2B0",
            _STANDARDISED,
            PublishedWeights(
                f"{_STORE}/efficientnet_v2/efficientnetv2-b0_notop.h5",
                "893217f2bb855e2983157299931e43ff",
                "Apache 2.0 (google/automl)",
            ),
            arguments={"include_preprocessing": False},
        ),
    ),
}
"""Key, the `architecture` of a block `model`, to everything that is known of it."""


def backbone_of(options: BackboneOptions) -> Backbone:
    """Return the published network that a backbone's options speak of.

    Raises:
        ValueError: The entry of the registry names none.
    """
    backbone = ARCHITECTURES[options.architecture].backbone
    if backbone is None:
        raise ValueError(f"expected a backbone in the entry '{options.architecture}', found none")
    return backbone


def build(
    options: ModelOptions,
    input_shape: tuple[int, int, int],
    seed: int,
    precision: str = "float32",
) -> keras.Model:
    """Build an architecture, uncompiled; equal arguments give equal weights.

    Args:
        options: The architecture and its own options.
        input_shape: (height, width, 1) of the stored radiographs.
        seed: Seed of the initial weights and of dropout; Keras's global seed is set to it.
        precision: Keras dtype policy of the layers; the score is float32 under all of them.

    Returns:
        A model named as its registry key, from uint8 radiographs (n, height, width, 1) to
        P(pneumonia), float32 in (n, 1).

    Raises:
        ValueError: When the architecture cannot take the shape or the weights.
        InputError: When the weights cannot be had.
    """
    import keras

    from pneumoscope.models.backend import pin_settings

    chosen = options.root
    builder = resolved(ARCHITECTURES[chosen.architecture].build)
    pinned = pin_settings()
    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy(precision)
    try:
        model: keras.Model = builder(chosen, input_shape, seed)
    finally:
        keras.config.set_dtype_policy(pinned.floatx)
    return model

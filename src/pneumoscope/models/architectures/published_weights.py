"""The weights files that `keras.applications` publishes, and their licences."""

import os
from dataclasses import dataclass
from pathlib import Path

_STORE = "https://storage.googleapis.com/tensorflow/keras-applications"


@dataclass(frozen=True)
class PublishedWeights:
    """A weights file that `keras.applications` publishes, without its ImageNet head."""

    url: str
    md5: str | None
    licence: str

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.url.rsplit("/", 1)[1]

    @property
    def cached(self) -> Path:
        """Where Keras keeps the file once it was downloaded."""
        home = os.environ.get("KERAS_HOME")
        return (Path(home) if home else Path.home() / ".keras") / "models" / self.name


# Licences as Keras's documentation of its applications names them.
IMAGENET = {
    "vgg16": PublishedWeights(
        f"{_STORE}/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "6d6bbae143d832006294945121d1f1fc",
        "CC BY 4.0 (Visual Geometry Group, University of Oxford)",
    ),
    "resnet50v2": PublishedWeights(
        f"{_STORE}/resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "fac2f116257151a9d068a22e544a4917",
        "BSD (Facebook, fb.resnet.torch)",
    ),
    # Keras publishes no checksum for this one.
    "mobilenetv2": PublishedWeights(
        f"{_STORE}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
        None,
        "Apache 2.0 (TensorFlow models)",
    ),
    "densenet121": PublishedWeights(
        f"{_STORE}/densenet/densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "30ee3e1110167f948a6b9946edeeb738",
        "BSD 3-Clause (DenseNet of Huang, Liu, van der Maaten and Weinberger)",
    ),
    "efficientnetv2b0": PublishedWeights(
        f"{_STORE}/efficientnet_v2/efficientnetv2-b0_notop.h5",
        "893217f2bb855e2983157299931e43ff",
        "Apache 2.0 (google/automl)",
    ),
}

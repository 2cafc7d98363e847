"""Pretrained weights: whether they can be had, said before any training, and loading them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pneumoscope.options import BackboneOptions, FittingOptions, ModelOptions

if TYPE_CHECKING:
    import keras

_STORE = "https://storage.googleapis.com/tensorflow/keras-applications"
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_HEAD_TIMEOUT = 5.0  # seconds


@dataclass(frozen=True)
class _Published:
    """A weights file that `keras.applications` publishes, without its ImageNet head."""

    url: str
    md5: str | None

    @property
    def name(self) -> str:
        return self.url.rsplit("/", 1)[1]

    @property
    def cached(self) -> Path:
        home = os.environ.get("KERAS_HOME")
        return (Path(home) if home else Path.home() / ".keras") / "models" / self.name


_IMAGENET = {
    "vgg16": _Published(
        f"{_STORE}/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "6d6bbae143d832006294945121d1f1fc",
    ),
    "resnet50v2": _Published(
        f"{_STORE}/resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "fac2f116257151a9d068a22e544a4917",
    ),
    # Keras publishes no checksum for this one.
    "mobilenetv2": _Published(
        f"{_STORE}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
        None,
    ),
    "densenet121": _Published(
        f"{_STORE}/densenet/densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "30ee3e1110167f948a6b9946edeeb738",
    ),
    "efficientnetv2b0": _Published(
        f"{_STORE}/efficientnet_v2/efficientnetv2-b0_notop.h5",
        "893217f2bb855e2983157299931e43ff",
    ),
}


def check_weights(options: ModelOptions) -> None:
    """Make sure that the weights an architecture asks for can be had; takes seconds at most.

    `imagenet` is looked for in Keras's cache and then asked for by one HEAD request. Nothing
    is downloaded and Keras is not loaded. Architectures without weights always pass.

    Raises:
        FileNotFoundError: When the file is neither here nor to be had.
        ValueError: When the file is not HDF5.
    """
    chosen = options.root
    if not isinstance(chosen, BackboneOptions) or chosen.weights is None:
        return
    if chosen.weights == "imagenet":
        _check_published(chosen.architecture)
    else:
        _check_file(chosen.architecture, Path(chosen.weights).expanduser())


def is_pretrained(options: ModelOptions) -> bool:
    """Tell whether training starts from weights that were learnt elsewhere."""
    return isinstance(options.root, BackboneOptions) and options.root.weights is not None


def check_phases(options: ModelOptions, fitting: FittingOptions) -> None:
    """Make sure that a frozen phase has something worth freezing.

    Raises:
        ValueError: When `frozen_epochs` is set and no pretrained weights are.
    """
    if fitting.frozen_epochs and not is_pretrained(options):
        raise ValueError(
            f"expected frozen_epochs 0 for {options.root.architecture}, which starts from "
            f"random weights, received {fitting.frozen_epochs}; set it to 0 or give `weights`"
        )


def load_weights(backbone: keras.Model, options: BackboneOptions) -> None:
    """Load the weights that the options name into a backbone without its ImageNet head.

    Raises:
        FileNotFoundError: When the file is neither here nor to be had.
        ValueError: When the file does not fit the backbone.
    """
    check_weights(ModelOptions(options))
    path = _download(options) if options.weights == "imagenet" else Path(options.weights or "")
    try:
        backbone.load_weights(path.expanduser())
    except (ValueError, KeyError, OSError) as error:
        raise ValueError(
            f"expected weights of {options.architecture} without its head in {path}, named "
            "*.weights.h5 (Keras 3) or *.h5 (Keras 2), received a file that does not fit it: "
            f"{error}"
        ) from error


def _download(options: BackboneOptions) -> Path:
    import keras

    published = _IMAGENET[options.architecture]
    return Path(
        keras.utils.get_file(
            published.name, published.url, cache_subdir="models", file_hash=published.md5
        )
    )


def _check_file(architecture: str, path: Path) -> None:
    remedy = (
        f"Set `weights` of {architecture} to the path of an HDF5 weights file without the "
        "ImageNet head, to `imagenet`, or to null for a random start."
    )
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise FileNotFoundError(f"expected weights at {path}, received {found}. {remedy}")
    with path.open("rb") as file:
        signature = file.read(len(_HDF5_SIGNATURE))
    if signature != _HDF5_SIGNATURE:
        raise ValueError(
            f"expected HDF5 weights in {path}, received a file that starts with "
            f"{signature!r}. {remedy}"
        )


def _check_published(architecture: str) -> None:
    published = _IMAGENET[architecture]
    if published.cached.is_file():
        return
    problem = _why_unreachable(published.url)
    if problem is not None:
        raise FileNotFoundError(
            f"expected the ImageNet weights of {architecture} in {published.cached} or online "
            f"at {published.url}, received {problem}. Download that file on a connected "
            f"machine to that place, or set `weights` of {architecture} to its path, or to "
            "null for a random start."
        )


def _why_unreachable(url: str) -> str | None:
    import requests

    try:
        response = requests.head(url, timeout=_HEAD_TIMEOUT, allow_redirects=True)
    except requests.RequestException as error:
        return f"no answer ({type(error).__name__})"
    return None if response.ok else f"HTTP status {response.status_code}"

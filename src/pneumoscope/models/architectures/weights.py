"""Pretrained weights: whether they can be had, said before any training, and loading them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from pneumoscope.errors import InputError
from pneumoscope.models.architectures.registry import backbone_of
from pneumoscope.models.records import StartingWeights
from pneumoscope.options import BackboneOptions, ModelOptions

if TYPE_CHECKING:
    import keras

_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_HEAD_TIMEOUT = 5.0  # seconds


def check_weights(options: ModelOptions) -> None:
    """Make sure that the weights an architecture asks for can be had; takes seconds at most.

    `imagenet` is looked for in Keras's cache and then asked for by one HEAD request. Nothing
    is downloaded and Keras is not loaded. Architectures without weights always pass.

    Raises:
        InputError: When the file is neither here nor to be had.
        ValueError: When the file is not HDF5.
    """
    chosen = options.root
    if not isinstance(chosen, BackboneOptions) or chosen.weights is None:
        return
    if chosen.weights == "imagenet":
        _check_published(chosen)
    else:
        _check_file(chosen.architecture, Path(chosen.weights).expanduser())


def is_pretrained(options: ModelOptions) -> bool:
    """Return whether training starts from pretrained weights."""
    return isinstance(options.root, BackboneOptions) and options.root.weights is not None


def describe_weights(options: ModelOptions) -> StartingWeights:
    """Say where an architecture's starting weights come from.

    Raises:
        InputError: When the file is not here any more.
    """
    chosen = options.root
    if not isinstance(chosen, BackboneOptions) or chosen.weights is None:
        return StartingWeights("random", note="nothing that others have trained is inside")
    if chosen.weights != "imagenet":
        path = Path(chosen.weights).expanduser()
        note = "a file of your own: its licence is what came with it"
        return StartingWeights(path.name, sha256=_sha256(path), note=note)
    published = backbone_of(chosen).weights
    return StartingWeights("imagenet", published.url, _sha256(published.cached), published.licence)


def load_weights(backbone: keras.Model, options: BackboneOptions) -> None:
    """Load the weights that the options name into a backbone without its ImageNet head.

    Raises:
        InputError: When the file is neither here nor to be had.
        ValueError: When the file does not fit the backbone.
    """
    check_weights(ModelOptions(options))
    path = _download(options) if options.weights == "imagenet" else Path(options.weights or "")
    try:
        backbone.load_weights(path.expanduser())
    except (ValueError, KeyError, OSError) as error:
        raise InputError(
            f"weights of {options.architecture} without its head in {path}",
            f"a file that does not fit it: {error}",
            "Name a *.weights.h5 (Keras 3) or *.h5 (Keras 2) of that architecture, imagenet, or "
            "null for a random start.",
        ) from error


def _download(options: BackboneOptions) -> Path:
    import keras

    published = backbone_of(options).weights
    return Path(
        keras.utils.get_file(
            published.name, published.url, cache_subdir="models", file_hash=published.md5
        )
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_file(architecture: str, path: Path) -> None:
    remedy = (
        f"Set `weights` of {architecture} to the path of an HDF5 weights file without the "
        "ImageNet head, to `imagenet`, or to null for a random start."
    )
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise InputError(f"weights at {path}", found, remedy)
    with path.open("rb") as file:
        signature = file.read(len(_HDF5_SIGNATURE))
    if signature != _HDF5_SIGNATURE:
        raise InputError(
            f"HDF5 weights in {path}", f"a file that starts with {signature!r}", remedy
        )


def _check_published(options: BackboneOptions) -> None:
    architecture, published = options.architecture, backbone_of(options).weights
    if published.cached.is_file():
        return
    problem = _why_unreachable(published.url)
    if problem is not None:
        raise InputError(
            f"the ImageNet weights of {architecture} in {published.cached} or at {published.url}",
            problem,
            f"Download that file on a connected machine to that place, or set `weights` of "
            f"{architecture} to its path, or to null for a random start.",
        )


def _why_unreachable(url: str) -> str | None:
    import requests

    try:
        response = requests.head(url, timeout=_HEAD_TIMEOUT, allow_redirects=True)
    except requests.RequestException as error:
        return f"no answer ({type(error).__name__})"
    return None if response.ok else f"HTTP status {response.status_code}"

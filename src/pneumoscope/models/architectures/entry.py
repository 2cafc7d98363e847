"""What the registry holds of an architecture."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

    from pneumoscope.options import ArchitectureOptions

Builder = str | Callable[..., Any]
"""A function, or "module:function", which is imported when it is first called."""


@dataclass(frozen=True)
class PublishedWeights:
    """A weights file that its author publishes, without its ImageNet head.

    Attributes:
        url: Where it is downloaded from.
        md5: What its content is checked by; None where nothing is published.
        licence: What it may be used under.
    """

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


@dataclass(frozen=True)
class Rescaling:
    """Scale and offset of each channel, from grey values in [0, 255]."""

    scale: tuple[float, float, float]
    offset: tuple[float, float, float]


@dataclass(frozen=True)
class Backbone:
    """A published network that ends in feature maps.

    Attributes:
        build: Builds it from `input_shape`, `include_top` and `weights`, as `keras.applications`
            do.
        rescaling: What its published weights were trained with.
        weights: The published weights.
        arguments: Further arguments of `build`.
        he_start: Whether a random start is He's: where no batch norm restores the signal.
    """

    build: Builder
    rescaling: Rescaling
    weights: PublishedWeights
    arguments: Mapping[str, Any] = field(default_factory=dict)
    he_start: bool = False

    def built(self, input_shape: tuple[int, int, int]) -> keras.Model:
        """Build it without head and weights."""
        return resolved(self.build)(
            include_top=False, weights=None, input_shape=input_shape, **self.arguments
        )


@dataclass(frozen=True)
class Architecture:
    """Everything that the project knows of one architecture.

    Attributes:
        build: `build(options, input_shape, seed) -> keras.Model`, from grey values in [0, 255] to
            P(pneumonia) in (n, 1) by a layer `score`.
        options: What its block `model` may hold.
        backbone: The published network inside, None without one.
    """

    build: Builder
    options: type[ArchitectureOptions]
    backbone: Backbone | None = None


def resolved(builder: Builder) -> Callable[..., Any]:
    """Return the function, imported if it is named."""
    if callable(builder):
        return builder
    module, function = builder.split(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found

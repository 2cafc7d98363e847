"""A figure that is yet to be drawn, here or in another process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Drawing:
    """A function of `plots` and what it is to draw; a notebook shows what it draws.

    To set up axes and lines takes longer than to work out what they show. That is left to whoever
    needs the figure: often another process, while this one goes on.

    Args:
        plot: Gives the figure; found by its name where it is unpickled.
        given: What it is called with.
        model: Name to write on top; None for nothing.
    """

    def __init__(self, plot: Callable[..., Figure], *given: Any, model: str | None = None) -> None:
        """Draw nothing yet."""
        self._plot, self._given, self._model = plot, given, model

    def named(self, model: str) -> Drawing:
        """Return the same with the name of the model that it is about on top."""
        return Drawing(self._plot, *self._given, model=model)

    def figure(self) -> Figure:
        """Draw it: a new figure at each call."""
        from pneumoscope.plots.style import name_model

        figure = self._plot(*self._given)
        return figure if self._model is None else name_model(figure, self._model)

    def __repr__(self) -> str:
        """Name what draws it."""
        return f"Drawing by {self._plot.__name__}"

    def _repr_png_(self) -> bytes:
        from pneumoscope.plots.png import png_bytes

        return png_bytes(self)

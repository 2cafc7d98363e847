"""Figures as PNG, equal ones as equal bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from pneumoscope.plots.drawing import Drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 110


def png_bytes(drawn: Figure | Drawing, dpi: int = DOTS_PER_INCH) -> bytes:
    """Return a figure as PNG bytes without date or software version."""
    # A third of a second to import, which a listing of the catalog need not pay.
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = drawn.figure() if isinstance(drawn, Drawing) else drawn
    buffer = io.BytesIO()
    figure.set_dpi(dpi)
    # The frame of axes ends where they do; to measure it takes a tenth of the layout.
    for ax in figure.axes:
        for spine in ax.spines.values():
            spine.set_in_layout(False)
    # `savefig` would draw everything a second time, for the sake of the layout alone.
    FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": None})
    return buffer.getvalue()

"""Sample radiographs, as they came and as the models see them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pneumoscope.plots.style import INK, MUTED, SMALL_TEXT, TEXT, WIDTH, new_figure

COLUMNS = 4

Sample = tuple[str, NDArray[np.uint8]]
"""A title and a grey radiograph of shape (height, width)."""


def plot_samples(raw: Sequence[Sample], processed: Sequence[Sample]) -> Figure:
    """Draw each radiograph as it came above the same one as the models see it.

    Args:
        raw: Titled radiographs of any shape; grey values are drawn on the full scale 0 to 255.
        processed: The same radiographs after preprocessing, in the same order.

    Raises:
        ValueError: There is no radiograph, or the two lists differ in length.
    """
    if not raw or len(raw) != len(processed):
        raise ValueError(
            "expected as many processed radiographs as raw ones, at least one each, "
            f"received {len(raw)} raw and {len(processed)} processed"
        )
    starts = range(0, len(raw), COLUMNS)
    side = WIDTH / COLUMNS
    figure = new_figure(height=len(starts) * 2 * (side + 0.12))
    grid = figure.subplots(2 * len(starts), COLUMNS, squeeze=False)
    for block, start in enumerate(starts):
        stop = start + COLUMNS
        _row(grid[2 * block], raw[start:stop], "raw")
        _row(grid[2 * block + 1], [("", image) for _, image in processed[start:stop]], "processed")
    return figure


def _row(axes: NDArray[np.object_], samples: Sequence[Sample], name: str) -> None:
    for ax in axes[len(samples) :]:
        ax.set_axis_off()
    for ax, (title, image) in zip(axes, samples, strict=False):
        _radiograph(ax, title, image)
    axes[0].set_ylabel(name, fontsize=TEXT, color=MUTED)


def _radiograph(ax: Axes, title: str, image: NDArray[np.uint8]) -> None:
    ax.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
    ax.set_title(title, fontsize=SMALL_TEXT, color=INK, y=1.0)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)

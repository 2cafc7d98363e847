"""Training radiographs as stored and as augmentation changes them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pneumoscope.plots.style import INK, SMALL_TEXT, WIDTH, label_colour, new_figure


def plot_augmented(
    stored: NDArray[np.uint8], changed: NDArray[np.uint8], labels: Sequence[str]
) -> Figure:
    """Draw a row for each radiograph: as stored, then its random draws.

    Args:
        stored: uint8 (n, height, width, 1); drawn on the full scale 0 to 255.
        changed: uint8 (draws, n, height, width, 1).
        labels: Class of each radiograph.

    Raises:
        ValueError: The three do not speak of the same radiographs.
    """
    if not len(stored) or changed.shape[1:] != stored.shape or len(labels) != len(stored):
        raise ValueError(
            "expected at least one radiograph, draws of the same shape and a label for each, "
            f"received stored {stored.shape}, changed {changed.shape}, {len(labels)} labels"
        )
    columns = 1 + len(changed)
    # Room for the titles above and the gaps between.
    figure = new_figure(height=len(stored) * (WIDTH / columns + 0.04) * _aspect(stored) + 0.3)
    grid = figure.subplots(len(stored), columns, squeeze=False)
    for row, label in enumerate(labels):
        for ax, image in zip(grid[row], [stored[row], *changed[:, row]], strict=True):
            _film(ax, image[..., 0])
        grid[row, 0].set_ylabel(label, fontsize=SMALL_TEXT, color=label_colour(label))
    for ax, title in zip(grid[0], ["as stored", *_draws(len(changed))], strict=True):
        ax.set_title(title, fontsize=SMALL_TEXT, color=INK, y=1.0)
    return figure


def _aspect(images: NDArray[np.uint8]) -> float:
    return images.shape[1] / images.shape[2]


def _draws(count: int) -> list[str]:
    return [f"draw {number}" for number in range(1, count + 1)]


def _film(ax: Axes, image: NDArray[np.uint8]) -> None:
    ax.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)

"""Grey values by class: histograms, class means and their difference."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pneumoscope.naming import Label
from pneumoscope.plots.style import (
    INK,
    LABEL_COLOURS,
    SMALL_TEXT,
    TEXT,
    TITLE_TEXT,
    axes_or_new,
    figure_of,
    label_colour,
    legend,
    new_figure,
    polish,
)

GREY_LEVELS = 256
EDGE = 5

DIFFERENCE_MAP = LinearSegmentedColormap.from_list(
    "difference", [LABEL_COLOURS[Label.NORMAL], "#ffffff", LABEL_COLOURS[Label.PNEUMONIA]]
)


def plot_intensity_histograms(
    histograms: Mapping[str, NDArray[np.integer]], ax: Axes | None = None
) -> Figure:
    """Draw the share of pixels at each grey level, one curve a class.

    The scale leaves out the darkest and brightest levels, whose peaks (padding, burnt-out
    markers) would flatten everything between.

    Args:
        histograms: Class to the count of pixels at each grey level, shape (256,).
        ax: Where to draw; a new figure by default.

    Raises:
        ValueError: A histogram has another shape or is empty.
    """
    ax = axes_or_new(ax, height=3.5)
    highest = 0.0
    for label, counts in histograms.items():
        share = _shares(label, counts)
        highest = max(highest, float(share[EDGE:-EDGE].max()))
        ax.plot(share, color=label_colour(label), linewidth=2, label=label)
        ax.fill_between(np.arange(GREY_LEVELS), share, color=label_colour(label), alpha=0.12)
    polish(ax, xlabel="grey level (0 black, 255 white)", ylabel="% of pixels")
    ax.set_xlim(0, GREY_LEVELS - 1)
    ax.set_ylim(0, 1.12 * highest if highest else None)
    legend(ax, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    return figure_of(ax)


def _shares(label: str, counts: NDArray[np.integer]) -> NDArray[np.float64]:
    if counts.shape != (GREY_LEVELS,) or not counts.sum():
        raise ValueError(
            f"expected {GREY_LEVELS} counts with a sum above 0 for {label}, received shape "
            f"{counts.shape} with sum {counts.sum()}: count the pixels of one class or more"
        )
    return np.asarray(100 * counts / counts.sum(), dtype=np.float64)


def plot_class_means(means: Mapping[str, NDArray[np.floating]]) -> Figure:
    """Draw the mean radiograph of each class and PNEUMONIA minus NORMAL.

    Args:
        means: NORMAL and PNEUMONIA to a mean image of shape (height, width) in [0, 255].
    """
    normal, pneumonia = means[Label.NORMAL], means[Label.PNEUMONIA]
    figure = new_figure(height=3.1)
    axes = figure.subplots(1, 3)
    for ax, image, title in zip(axes, (normal, pneumonia), Label, strict=False):
        ax.imshow(image, cmap="gray", vmin=0, vmax=255)
        _frame(ax, f"mean {title}", label_colour(title))
    _difference(axes[2], pneumonia - normal)
    return figure


def _difference(ax: Axes, difference: NDArray[np.floating]) -> None:
    # A floor of one grey level keeps rounding noise from filling the whole colour scale.
    bound = max(1.0, float(np.abs(difference).max()))
    image = ax.imshow(difference, cmap=DIFFERENCE_MAP, vmin=-bound, vmax=bound)
    _frame(ax, "difference", INK)
    # An inset keeps the three images at one size; a colour bar of its own would shrink this one.
    inset = ax.inset_axes((0.0, -0.13, 1.0, 0.06))
    bar = figure_of(ax).colorbar(image, cax=inset, orientation="horizontal")
    bar.ax.tick_params(labelsize=SMALL_TEXT, length=0)
    bar.outline.set_visible(False)
    bar.set_label("grey levels", fontsize=TEXT - 1)


def _frame(ax: Axes, title: str, colour: str) -> None:
    ax.set_title(title, fontsize=TITLE_TEXT - 2, color=colour, fontweight="bold", y=1.0)
    ax.set_axis_off()

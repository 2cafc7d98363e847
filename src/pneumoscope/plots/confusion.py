"""Confusion matrices side by side."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pneumoscope.evaluation.records import Confusion
from pneumoscope.naming import Label
from pneumoscope.plots.style import INK, MUTED, SMALL_TEXT, TEXT, TITLE_TEXT, WIDTH, new_figure

COLUMNS = 3
RIGHT, WRONG = "#0072b2", "#d55e00"


def plot_confusion_matrices(matrices: Mapping[str, Confusion]) -> Figure:
    """Draw one matrix an architecture: counts, and shares of each true class.

    Args:
        matrices: Architecture to its counts.

    Raises:
        ValueError: There is no matrix.
    """
    if not matrices:
        raise ValueError("expected one confusion matrix or more, received none")
    columns = min(COLUMNS, len(matrices))
    rows = -(-len(matrices) // columns)
    # One matrix alone would fill the page: it gets two thirds of the width at most.
    figure = new_figure(height=0.5 + 2.2 * rows, width=WIDTH if columns > 1 else 0.6 * WIDTH)
    axes = figure.subplots(rows, columns, squeeze=False)
    for ax in axes.flat[len(matrices) :]:
        ax.set_axis_off()
    for index, (ax, (name, counts)) in enumerate(zip(axes.flat, matrices.items(), strict=False)):
        _matrix(ax, name, counts, named_rows=index % columns == 0)
    figure.supxlabel("predicted", fontsize=TEXT, color=MUTED)
    figure.supylabel("true", fontsize=TEXT, color=MUTED)
    return figure


def _matrix(ax: Axes, title: str, counts: Confusion, named_rows: bool) -> None:
    cells = ((counts.tn, counts.fp), (counts.fn, counts.tp))
    for row, pair in enumerate(cells):
        for column, count in enumerate(pair):
            _cell(ax, row, column, count, sum(pair))
    ax.set(xlim=(0, 2), ylim=(2, 0), aspect="equal")
    ax.set_title(title, fontsize=TITLE_TEXT - 1, color=INK, fontweight="bold")
    names = [str(label) for label in Label]
    ax.set_xticks([0.5, 1.5], names, fontsize=SMALL_TEXT - 1.5)
    ax.set_yticks([0.5, 1.5], names if named_rows else ["", ""], fontsize=SMALL_TEXT - 1.5)
    ax.tick_params(axis="y", rotation=90, length=0, colors=INK)
    ax.tick_params(axis="x", length=0, colors=INK)
    for label in ax.get_yticklabels():
        label.set_verticalalignment("center")
    for spine in ax.spines.values():
        spine.set_visible(False)


def _cell(ax: Axes, row: int, column: int, count: int, row_total: int) -> None:
    share = count / row_total if row_total else None
    colour = RIGHT if row == column else WRONG
    face = Rectangle((column, row), 1, 1, facecolor=colour, alpha=0.06 + 0.84 * (share or 0.0))
    ax.add_patch(face)
    ax.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor="white", linewidth=2.5))
    ink = "white" if share is not None and share > 0.55 else INK
    centre = column + 0.5
    ax.text(centre, row + 0.42, f"{count:,}", ha="center", va="center", fontsize=15, color=ink)
    percent = "n/a" if share is None else f"{share:.1%}"
    ax.text(centre, row + 0.7, percent, ha="center", va="center", fontsize=SMALL_TEXT, color=ink)

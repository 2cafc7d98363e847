"""ROC curves of several architectures in one frame."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pneumoscope.decimals import decimal
from pneumoscope.evaluation.roc import RocCurve
from pneumoscope.plots.style import (
    FEW,
    MUTED,
    SMALL_TEXT,
    axes_or_new,
    figure_of,
    legend,
    legend_below,
    polish,
    series_styles,
)

CROWDED = 0.95
"""Many curves that all reach this AUROC cannot be told apart at full size."""
CORNER = 0.15
"""Side of the corner that is then enlarged."""


def plot_roc_curves(
    curves: Mapping[str, RocCurve],
    operating_points: Mapping[str, tuple[float, float]] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw sensitivity against false alarms, AUROC in the legend, operating points as dots.

    Args:
        curves: Architecture to its curve; rates in [0, 1].
        operating_points: Architecture to (false-positive rate, sensitivity) at its threshold.
        ax: Where to draw; a new figure by default.
    """
    many = len(curves) > FEW
    ax = axes_or_new(ax, height=5.6 + 0.15 * len(curves) * many)
    ax.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=":")
    crowded = many and all(area is not None and area >= CROWDED for *_, area in curves.values())
    where = (0.22, 0.2) if crowded else (0.52, 0.49)
    ax.text(*where, "chance", color=MUTED, fontsize=SMALL_TEXT, rotation=45, va="top")
    points = operating_points or {}
    _draw(ax, curves, points)
    if points:
        ax.plot([], [], "o", color=MUTED, markersize=8, label="operating point")
    polish(
        ax,
        xlabel="1 \N{MINUS SIGN} specificity (NORMAL called PNEUMONIA)",
        ylabel="sensitivity (PNEUMONIA found)",
        grid="both",
    )
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02), aspect="equal")
    if crowded:
        _enlarge_corner(ax, curves, points)
    if many:
        ax.set_title("AUROC beside each name", loc="left", fontsize=SMALL_TEXT, color=MUTED)
        legend_below(ax, columns=2)
    else:
        legend(ax, loc="lower right", title="AUROC", title_fontsize=SMALL_TEXT, alignment="left")
    return figure_of(ax)


def _draw(
    ax: Axes, curves: Mapping[str, RocCurve], points: Mapping[str, tuple[float, float]]
) -> None:
    for name, (colour, dashes) in series_styles(list(curves)).items():
        false_positives, true_positives, area = curves[name]
        text = f"{name}  {'n/a' if area is None else decimal(area)}"
        ax.plot(
            false_positives,
            true_positives,
            color=colour,
            linestyle=dashes,
            linewidth=2.2,
            label=text,
        )
        if name in points:
            _dot(ax, points[name], colour)


def _enlarge_corner(
    ax: Axes, curves: Mapping[str, RocCurve], points: Mapping[str, tuple[float, float]]
) -> None:
    """Show the corner in which good curves crowd, enlarged, in the empty half of the frame."""
    corner = ax.inset_axes((0.4, 0.1, 0.57, 0.57))
    _draw(corner, curves, points)
    polish(corner, grid="both")
    corner.set(xlim=(0, CORNER), ylim=(1 - CORNER, 1.003), aspect="equal")
    corner.set_title("the corner, enlarged", loc="left", fontsize=SMALL_TEXT, color=MUTED)
    ax.indicate_inset_zoom(corner, edgecolor=MUTED)


def _dot(ax: Axes, point: tuple[float, float], colour: str) -> None:
    ax.plot(
        *point,
        marker="o",
        markersize=10,
        color=colour,
        markeredgecolor="white",
        markeredgewidth=1.8,
        zorder=5,
        clip_on=False,
    )

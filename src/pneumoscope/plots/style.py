"""The house style: colours safe for colour-blind readers, text legible on a phone."""

from collections.abc import Sequence
from itertools import cycle, islice

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from pneumoscope.naming import Label, Split, Subtype

INK = "#1d2730"
MUTED = "#5d6975"
GRID = "#e2e6ea"
PAPER = "#ffffff"

# Okabe and Ito's palette (https://jfly.uni-koeln.de/color/), some tones darkened for text.
LABEL_COLOURS = {Label.NORMAL: "#0072b2", Label.PNEUMONIA: "#d55e00"}
SUBTYPE_COLOURS = {
    Subtype.NORMAL: "#0072b2",
    Subtype.BACTERIA: "#d55e00",
    Subtype.VIRUS: "#f0a44b",
    Subtype.UNKNOWN: "#c9b8a8",
}
SPLIT_COLOURS = {Split.TRAIN: "#5d6975", Split.VALIDATION: "#009e73", Split.TEST: "#a8478a"}
# Models and other series: none of the colours above, each of which means a class or a split. After
# Paul Tol's muted scheme (https://sronpersonalpages.nl/~pault/), some tones darkened.
SERIES_COLOURS = (
    "#332288",
    "#a88600",
    "#117733",
    "#cc6677",
    "#3f9fb5",
    "#882255",
    "#77782b",
    "#7a4419",
    "#1d2730",
)
# Scores as they are, and calibrated ones: in a figure of one model, so no model's colour.
CALIBRATION_COLOURS = ("#000000", "#b000c8")
SERIES_DASHES: tuple[str, ...] = ("-", "--", "-.", ":")
SERIES_MARKERS: tuple[str, ...] = ("o", "s", "D", "^", "v", "P", "X")
FEW = 6
"""Up to so many series are named within the axes; more would cover the curves."""

# A figure is shown 358 pixels wide on a phone: 12-point text on 6.4 inches is 9 pixels there.
WIDTH = 6.4
TEXT, SMALL_TEXT, TITLE_TEXT = 12.0, 10.5, 13.0


def label_colour(label: str) -> str:
    """Return the colour of a class; any other text gets the muted grey."""
    return LABEL_COLOURS[Label(label)] if label in set(Label) else MUTED


def series_styles(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return a colour and a dash pattern for each name, told apart without colour too."""
    colours, dashes = islice(cycle(SERIES_COLOURS), len(names)), cycle(SERIES_DASHES)
    return dict(zip(names, zip(colours, dashes, strict=False), strict=True))


def name_model(figure: Figure, name: str) -> Figure:
    """Write the model's name on top of a figure that shows no other, so that it can stand alone."""
    figure.suptitle(name, x=0.02, ha="left", fontsize=SMALL_TEXT, color=MUTED)
    return figure


def series_markers(names: Sequence[str]) -> dict[str, str]:
    """Return a marker for each name, so that points are told apart without colour too."""
    return dict(zip(names, cycle(SERIES_MARKERS), strict=False))


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """Return an empty figure of the house, `height` and `width` in inches, outside pyplot."""
    layout = ConstrainedLayoutEngine(w_pad=0.09, h_pad=0.09)
    return Figure(figsize=(width, height), layout=layout, facecolor=PAPER)


def axes_or_new(ax: Axes | None, height: float) -> Axes:
    """Return `ax`, or the only axes of a new figure of that height in inches."""
    return new_figure(height).add_subplot() if ax is None else ax


def figure_of(ax: Axes) -> Figure:
    """Return the figure that the axes stand in.

    Raises:
        ValueError: The axes were removed from their figure.
    """
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("expected axes in a figure, received removed axes: pass ax=None instead")
    return figure


def polish(ax: Axes, title: str = "", xlabel: str = "", ylabel: str = "", grid: str = "y") -> None:
    """Bring axes into the house style; `grid` is "x", "y", "both" or "" for none."""
    ax.set_title(title, loc="left", fontsize=TITLE_TEXT, color=INK, fontweight="bold")
    ax.set_xlabel(xlabel, fontsize=TEXT, color=MUTED)
    ax.set_ylabel(ylabel, fontsize=TEXT, color=MUTED)
    ax.tick_params(labelsize=TEXT, colors=MUTED, length=0, labelcolor=INK)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(GRID)
    ax.set_axisbelow(True)
    for axis in ("x", "y"):
        if grid in (axis, "both"):
            ax.grid(axis=axis, color=GRID, linewidth=0.9)


def legend(ax: Axes, **where: object) -> None:
    """Add a frameless legend in the house's text size."""
    options: dict[str, object] = {"frameon": False, "fontsize": TEXT, "labelcolor": INK, **where}
    ax.legend(**options)


def legend_below(ax: Axes, columns: int = 3) -> None:
    """Name the series of the axes below a figure of the house, where they cover nothing."""
    handles, labels = ax.get_legend_handles_labels()
    options = {"frameon": False, "fontsize": TEXT, "labelcolor": INK}
    figure_of(ax).legend(handles, labels, loc="outside lower center", ncols=columns, **options)


def in_order(found: Sequence[str], preferred: Sequence[str]) -> list[str]:
    """Return the distinct names found, the preferred ones first and in their order."""
    known = [str(name) for name in preferred if name in found]
    return known + sorted({str(name) for name in found} - set(known))

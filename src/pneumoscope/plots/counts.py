"""Class distribution by split, before and after rebalancing."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from pneumoscope.naming import Column, Label, Split, Subtype
from pneumoscope.plots.style import (
    INK,
    MUTED,
    SMALL_TEXT,
    SUBTYPE_COLOURS,
    TEXT,
    in_order,
    new_figure,
    polish,
)


def plot_class_distribution(before: pd.DataFrame, after: pd.DataFrame) -> Figure:
    """Draw radiographs by split and class, stacked by subtype, before and after rebalancing.

    Args:
        before: Columns split, label, subtype and n, one row each.
        after: The same once the training rows are rebalanced.

    Returns:
        A figure of two panels with one scale.
    """
    bars = _bars(pd.concat([before, after]))
    figure = new_figure(height=1.9 + 0.62 * len(bars))
    upper, lower = figure.subplots(2, 1, sharex=True)
    _stack(upper, before, bars, "Before rebalancing")
    _stack(lower, after, bars, "After rebalancing")
    lower.set_xlabel("radiographs", fontsize=TEXT, color=MUTED)
    lower.set_xlim(0, 1.17 * max(_totals(before).max(), _totals(after).max()))
    _legend(figure, pd.concat([before, after]))
    return figure


def _bars(counts: pd.DataFrame) -> list[tuple[str, str]]:
    splits = in_order(list(counts[Column.SPLIT]), list(Split))
    return [(split, str(label)) for split in splits for label in Label]


def _totals(counts: pd.DataFrame) -> pd.Series:
    return counts.groupby([Column.SPLIT, Column.LABEL])["n"].sum()


def _stack(ax: Axes, counts: pd.DataFrame, bars: list[tuple[str, str]], title: str) -> None:
    polish(ax, title, grid="x")
    # A gap between the splits keeps the two classes of one split together.
    rows = [index + 0.45 * (index // len(Label)) for index in range(len(bars))]
    for row, (split, label) in zip(rows, bars, strict=True):
        chosen = counts[(counts[Column.SPLIT] == split) & (counts[Column.LABEL] == label)]
        _bar(ax, row, chosen.groupby(Column.SUBTYPE)["n"].sum())
    ax.set_yticks(rows, [f"{split}  {label}" for split, label in bars])
    ax.invert_yaxis()
    ax.spines["left"].set_visible(False)


def _bar(ax: Axes, row: float, by_subtype: pd.Series) -> None:
    left = 0
    for subtype in in_order(list(by_subtype.index), list(Subtype)):
        count = int(by_subtype[subtype])
        colour = SUBTYPE_COLOURS.get(Subtype(subtype))
        ax.barh(row, count, left=left, height=0.82, color=colour, edgecolor="white")
        left += count
    ax.annotate(
        f"{left:,}",
        (left, row),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL_TEXT,
        color=INK,
    )


def _legend(figure: Figure, counts: pd.DataFrame) -> None:
    subtypes = in_order(list(counts[Column.SUBTYPE]), list(Subtype))
    handles = [Patch(color=SUBTYPE_COLOURS[Subtype(name)], label=name) for name in subtypes]
    figure.legend(
        handles=handles,
        loc="outside upper right",
        ncols=len(handles),
        frameon=False,
        fontsize=TEXT,
        labelcolor=INK,
        handlelength=0.9,
        columnspacing=1.2,
    )

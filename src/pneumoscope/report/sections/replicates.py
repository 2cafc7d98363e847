"""The spread over seeds of one recipe, beside the interval over patients."""

from collections.abc import Callable, Sequence

import pandas as pd

from pneumoscope.evaluation.replicates import Replicates, replicates
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.report.blocks import Block, Heading, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined, metric_name

HEADER = [
    "recipe", "metric", "first seed, over patients", "over seeds, from", "to", "standard deviation",
]  # fmt: skip


def replicate_blocks(
    comparison: pd.DataFrame,
    metrics: Sequence[Metric],
    estimate_of: Callable[[pd.Series, str], Cell],
) -> list[Block]:
    """Return the spread over seeds of each recipe that has several; nothing without one.

    Args:
        comparison: `comparison.csv`.
        metrics: Which metrics.
        estimate_of: Gives a metric of a row as a cell.
    """
    found = replicates(comparison, metrics)
    if not found:
        return []
    rows = [row for one in found for row in _rows(one, comparison, estimate_of)]
    seeds = joined([f"{one.models[0]} ({len(one.models)} seeds)" for one in found])
    caption = prose("replicates", seeds=seeds)
    return [Heading("Seeds of one recipe"), Table(HEADER, rows, caption)]


def _rows(
    one: Replicates, comparison: pd.DataFrame, estimate_of: Callable[[pd.Series, str], Cell]
) -> list[list[Cell]]:
    test = comparison[comparison[Column.SPLIT] == Split.TEST]
    first = test[test[Column.ARCHITECTURE] == one.models[0]].iloc[0]
    return [
        [
            one.models[0],
            metric_name(metric),
            estimate_of(first, metric),
            spread.low,
            spread.high,
            spread.deviation,
        ]
        for metric, spread in one.spreads.items()
    ]

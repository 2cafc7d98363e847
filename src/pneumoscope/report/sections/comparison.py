"""How the architectures compare."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.report.blocks import Block, Figure, Heading, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.folding import MANY
from pneumoscope.report.wording import extremes, joined, metric_name

MAIN_METRICS = (
    Metric.AUROC,
    Metric.SENSITIVITY,
    Metric.SPECIFICITY,
    Metric.ACCURACY,
    Metric.PRECISION,
    Metric.F1,
)
SHIFT_METRICS = (Metric.AUROC, Metric.SENSITIVITY, Metric.SPECIFICITY)
PROTOCOL = "protocol"


def comparison_section(
    comparison: pd.DataFrame, figures: Mapping[str, bytes], confidence: float = 0.95
) -> Section:
    """Return the comparison of the architectures: the conclusion, the table, the figures.

    Args:
        comparison: `comparison.csv`: architecture, split, n, threshold and the metrics with
            `_low` and `_high`; `protocol` and `<metric>_reason` are shown where present.
        figures: PNGs under the names `forest`, `confusion` and `roc`; one left out is not
            shown.
        confidence: Coverage of the intervals.
    """
    test = comparison[comparison[Column.SPLIT] == Split.TEST]
    captions = {
        "forest": f"{_spread(test)} Lines are {confidence:.0%} intervals.",
        "roc": f"{_thresholds(test)} The closer a curve to the upper left corner, the better.",
        "confusion": f"{_errors(test)} Shares are of each true class.",
    }
    alts = {
        "forest": "Metrics of each architecture with intervals.",
        "roc": "ROC curves of the architectures.",
        "confusion": "Confusion matrix of each architecture.",
    }
    blocks: list[Block] = [Paragraph(headline(comparison)), _main_table(test, confidence)]
    blocks += [Figure(figures[key], captions[key], alts[key]) for key in captions if key in figures]
    return Section(
        "Comparison of the architectures", [*blocks, *_shift(comparison), _every_metric(comparison)]
    )


def headline(comparison: pd.DataFrame, metric: str = Metric.AUROC) -> str:
    """Return which architecture is best on test and whether its interval stands clear.

    Args:
        comparison: As in `comparison_section`.
        metric: A metric for which more is better.
    """
    test = comparison[comparison[Column.SPLIT] == Split.TEST].dropna(subset=[metric])
    ranked = test.sort_values(metric, ascending=False, kind="stable")
    name = metric_name(metric)
    if ranked.empty:
        return f"No architecture has a defined {name} on test."
    best = ranked.iloc[0]
    if len(ranked) == 1:
        return f"{best[Column.ARCHITECTURE]} reaches {name} {_estimate(best, metric)} on test."
    second = ranked.iloc[1]
    return (
        f"{best[Column.ARCHITECTURE]} has the highest {name} on test, {_estimate(best, metric)}, "
        f"before {second[Column.ARCHITECTURE]} with {_estimate(second, metric)}. "
        f"{_separation(best, second, metric)}"
    )


def _separation(best: pd.Series, second: pd.Series, metric: str) -> str:
    if not (_has_interval(best, metric) and _has_interval(second, metric)):
        return "Without intervals, chance cannot be told from a difference."
    if best[f"{metric}_low"] > second[f"{metric}_high"]:
        return "Their intervals do not overlap."
    return "Their intervals overlap: this test set alone does not settle which is better."


def _has_interval(row: pd.Series, metric: str) -> bool:
    return bool(pd.notna(row.get(f"{metric}_low")) and pd.notna(row.get(f"{metric}_high")))


def _estimate(row: pd.Series, metric: str) -> str:
    if not _has_interval(row, metric):
        return f"{row[metric]:.3f}"
    return f"{row[metric]:.3f} ({row[f'{metric}_low']:.3f} to {row[f'{metric}_high']:.3f})"


def _main_table(test: pd.DataFrame, confidence: float) -> Table:
    rows = [
        [
            str(row[Column.ARCHITECTURE]),
            *(estimate_of(row, metric) for metric in MAIN_METRICS),
            *_setting(row),
        ]
        for _, row in test.iterrows()
    ]
    protocols = sorted(set(test[PROTOCOL])) if PROTOCOL in test.columns else []
    return Table(
        ["architecture", *map(metric_name, MAIN_METRICS), "threshold", "n"],
        rows,
        f"Test, with {confidence:.0%} intervals below the values. "
        "Each threshold was locked before test was scored. "
        + "".join(f"Protocol: {protocol.rstrip('.')}." for protocol in protocols),
    )


def estimate_of(row: pd.Series, metric: str) -> Cell:
    """Return a metric of a row of the comparison with its interval, or why there is none."""
    if pd.isna(row[metric]):
        return _undefined(row, metric)
    if not _has_interval(row, metric):
        return float(row[metric])
    return Estimate(float(row[metric]), float(row[f"{metric}_low"]), float(row[f"{metric}_high"]))


def _setting(row: pd.Series) -> list[Cell]:
    return [float(row["threshold"]), int(row["n"])]


def _spread(test: pd.DataFrame) -> str:
    values = test[list(MAIN_METRICS[:4])].astype(float)
    spread = (values.max() - values.min()).dropna()
    if len(test) < 2 or spread.empty:
        return "Each dot is one metric on test."
    least, most = str(spread.idxmin()), str(spread.idxmax())
    first, last = (
        f"{metric_name(m)} ({values[m].min():.3f} to {values[m].max():.3f})" for m in (most, least)
    )
    return f"On test the architectures differ most in {first} and least in {last}."


def _thresholds(test: pd.DataFrame) -> str:
    if test.empty:
        return ""
    if len(set(test["threshold"])) == 1:
        return f"Dots mark the locked threshold, {test['threshold'].iloc[0]:.3f}."
    points = joined(
        [f"{row[Column.ARCHITECTURE]} at {row['threshold']:.3f}" for _, row in test.iterrows()]
    )
    return f"Dots mark the locked thresholds: {points}."


def _errors(test: pd.DataFrame) -> str:
    points = test.dropna(subset=[Metric.SENSITIVITY, Metric.SPECIFICITY])
    if len(points) > MANY:
        missed, alarms = (
            _from_least_to_most(points, metric)
            for metric in (Metric.SENSITIVITY, Metric.SPECIFICITY)
        )
        return (
            f"At the operating point, missed of PNEUMONIA are {missed}; falsely alarmed of NORMAL "
            f"are {alarms}."
        )
    sentences = [
        f"{row[Column.ARCHITECTURE]} misses {1 - row[Metric.SENSITIVITY]:.1%} of PNEUMONIA and "
        f"raises a false alarm for {1 - row[Metric.SPECIFICITY]:.1%} of NORMAL"
        for _, row in points.iterrows()
    ]
    return f"At the operating point, {joined(sentences)}." if sentences else ""


def _from_least_to_most(points: pd.DataFrame, metric: str) -> str:
    """Return the least and the greatest share that is wrong, and whose they are."""
    right = dict(zip(points[Column.ARCHITECTURE], points[metric], strict=True))
    best, worst = extremes(right)
    return f"{1 - right[best]:.1%} by {best} at best, {1 - right[worst]:.1%} by {worst} at worst"


def _shift(comparison: pd.DataFrame) -> list[Block]:
    parts = (Split.VALIDATION, Split.TEST)
    found = {(r[Column.ARCHITECTURE], r[Column.SPLIT]): r for _, r in comparison.iterrows()}
    names = list(dict.fromkeys(str(name) for name in comparison[Column.ARCHITECTURE]))
    names = [name for name in names if all((name, part) in found for part in parts)]
    if not names:
        return []
    measures = [(metric, part) for metric in SHIFT_METRICS for part in parts]
    rows = [[name, *(_bare(found[name, p], m) for m, p in measures)] for name in names]
    header = ["architecture", *(f"{metric_name(m)} {p}" for m, p in measures)]
    table = Table(header, rows, _largest_fall(rows))
    return [Heading("From validation to test"), table]


def _largest_fall(rows: Sequence[Sequence[Cell]]) -> str:
    falls = []
    for name, *values in rows:
        for metric, before, after in zip(SHIFT_METRICS, values[::2], values[1::2], strict=True):
            if isinstance(before, float) and isinstance(after, float) and before > after:
                change = f"{before:.3f} on validation, {after:.3f} on test"
                falls.append((before - after, f"{metric_name(metric)} of {name}: {change}"))
    if not falls:
        return "No metric falls from validation to test."
    return f"The largest fall is in the {max(falls)[1]}."


def _every_metric(comparison: pd.DataFrame) -> Table:
    metrics = [metric for metric in Metric if metric in comparison.columns]
    rows = [
        [str(row[Column.ARCHITECTURE]), str(row[Column.SPLIT]), *(_bare(row, m) for m in metrics)]
        for _, row in comparison.iterrows()
    ]
    header = ["architecture", "split", *map(metric_name, metrics)]
    return Table(
        header, rows, "Every metric on every split (intervals: comparison.csv)", folded=True
    )


def _bare(row: pd.Series, metric: str) -> Cell:
    return float(row[metric]) if pd.notna(row[metric]) else _undefined(row, metric)


def _undefined(row: pd.Series, metric: str) -> Estimate:
    reason = row.get(f"{metric}_reason")
    unknown = f"{metric_name(metric)} is undefined here; the metrics file says why"
    return Estimate(None, reason=reason if isinstance(reason, str) else unknown)

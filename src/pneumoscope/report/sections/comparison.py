"""Comparison of the architectures."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pneumoscope.decimals import decimal
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.pair import Pair
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions
from pneumoscope.report.blocks import Block, Figure, Heading, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.folding import MANY
from pneumoscope.report.prose import prose
from pneumoscope.report.sections.by_patient import by_patient_blocks
from pneumoscope.report.sections.replicates import replicate_blocks
from pneumoscope.report.standing import ranked_on_test, standing, standing_in_words
from pneumoscope.report.wording import extremes, joined, metric_name, percent

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
    comparison: pd.DataFrame,
    pairs: Sequence[Pair],
    figures: Mapping[str, bytes],
    evaluation: EvaluationOptions,
    subjects: str = "patients",
) -> Section:
    """Return the comparison of the architectures: the conclusion, the table, the figures.

    Args:
        comparison: `comparison.csv`: architecture, split, n, patients, threshold and the metrics
            with `_low` and `_high`; `protocol` and `<metric>_reason` are shown where present.
        pairs: What `evaluation.pairs.compare_pairs` gave.
        figures: PNGs under the names `forest`, `confusion` and `roc`; one left out is not
            shown.
        evaluation: Primary endpoint, and coverage of the intervals.
        subjects: Who was radiographed, in the plural.
    """
    test = comparison[comparison[Column.SPLIT] == Split.TEST]
    captions = {
        "forest": f"{_spread(test)} Lines are {evaluation.confidence:.0%} intervals.",
        "roc": f"{_thresholds(test)} The closer a curve to the upper left corner, the better.",
        "confusion": f"{_errors(test)} Shares are of each true class.",
    }
    alts = {
        "forest": "Metrics of each architecture with intervals.",
        "roc": "ROC curves of the architectures.",
        "confusion": "Confusion matrix of each architecture.",
    }
    conclusion = Paragraph(headline(comparison, pairs, evaluation.primary_endpoint))
    blocks: list[Block] = [
        conclusion,
        _main_table(test, evaluation.confidence),
        *(Figure(figures[key], captions[key], alts[key]) for key in captions if key in figures),
        *by_patient_blocks(test, estimate_of, subjects),
        *replicate_blocks(comparison, MAIN_METRICS, estimate_of),
        *_shift(comparison),
        _every_metric(comparison),
    ]
    return Section("Comparison of the architectures", blocks)


def headline(comparison: pd.DataFrame, pairs: Sequence[Pair], metric: Metric = Metric.AUROC) -> str:
    """Return which architecture is best on test, and from which others it is told apart.

    Args:
        comparison: As in `comparison_section`.
        pairs: What `evaluation.pairs.compare_pairs` gave.
        metric: A metric for which more is better.
    """
    ranked, name = ranked_on_test(comparison, metric), metric_name(metric)
    if ranked.empty:
        return f"No architecture has a defined {name} on test."
    best = ranked.iloc[0]
    model, reached = str(best[Column.ARCHITECTURE]), estimate_of(best, metric)
    if len(ranked) == 1:
        return f"{model} reaches {name} {reached} on test."
    verdicts = standing_in_words(standing(pairs, model, metric))
    return f"{model} has the highest {name} on test, {reached}. {verdicts}".rstrip()


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
        ["architecture", *map(metric_name, MAIN_METRICS), "threshold", "radiographs"],
        rows,
        " ".join(
            [
                prose("comparison", interval=f"{confidence:.0%}"),
                *(f"Protocol: {protocol.rstrip('.')}." for protocol in protocols),
            ]
        ),
    )


def estimate_of(row: pd.Series, metric: str) -> Estimate:
    """Return a metric of a row of the comparison with its interval, or why there is none."""
    if pd.isna(row[metric]):
        return _undefined(row, metric)
    low, high = (row.get(f"{metric}_{end}") for end in ("low", "high"))
    bounds = None if pd.isna(low) or pd.isna(high) else (float(low), float(high))
    return Estimate.of(float(row[metric]), bounds)


def _setting(row: pd.Series) -> list[Cell]:
    return [float(row["threshold"]), int(row["n"])]


def _spread(test: pd.DataFrame) -> str:
    values = test[list(MAIN_METRICS[:4])].astype(float)
    spread = (values.max() - values.min()).dropna()
    if len(test) < 2 or spread.empty:
        return "Each dot is one metric on test."
    least, most = str(spread.idxmin()), str(spread.idxmax())
    first, last = (
        f"{metric_name(m)} ({decimal(values[m].min())} to {decimal(values[m].max())})"
        for m in (most, least)
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
        f"{row[Column.ARCHITECTURE]} misses {percent(1 - row[Metric.SENSITIVITY])} of PNEUMONIA "
        f"and raises a false alarm for {percent(1 - row[Metric.SPECIFICITY])} of NORMAL"
        for _, row in points.iterrows()
    ]
    return f"At the operating point, {joined(sentences)}." if sentences else ""


def _from_least_to_most(points: pd.DataFrame, metric: str) -> str:
    """Return the least and the greatest share that is wrong, and whose they are."""
    right = dict(zip(points[Column.ARCHITECTURE], points[metric], strict=True))
    best, worst = extremes(right)
    least, most = percent(1 - right[best]), percent(1 - right[worst])
    return f"{least} by {best} at best, {most} by {worst} at worst"


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
                change = f"{decimal(before)} on validation, {decimal(after)} on test"
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
        header,
        rows,
        prose("every_metric"),
        folded=True,
    )


def _bare(row: pd.Series, metric: str) -> Cell:
    return float(row[metric]) if pd.notna(row[metric]) else _undefined(row, metric)


def _undefined(row: pd.Series, metric: str) -> Estimate:
    reason = row.get(f"{metric}_reason")
    unknown = f"{metric_name(metric)} is undefined here; the metrics file says why"
    return Estimate(None, reason=reason if isinstance(reason, str) else unknown)

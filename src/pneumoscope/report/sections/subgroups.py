"""Whether a model serves every kind of radiograph alike."""

from collections.abc import Mapping

import pandas as pd

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.evaluation.subgroups import subgroup_table
from pneumoscope.naming import Metric, Split
from pneumoscope.report.blocks import Block, Figure, Note, Paragraph, Part, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.wording import joined, metric_name, readable

INTRODUCTION = (
    "Test radiographs by kind, at the locked threshold. Size, mode, bytes per pixel and name tell "
    "of the device and the archive, not of the child: a model that stands or falls by them has "
    "learned the archive. Counts are of radiographs. Of so many groups some stand out by "
    "chance."
)
LEGEND = "Dots are test values with their intervals; dashed is the value of all radiographs."
SHOWN = (Metric.SENSITIVITY, Metric.SPECIFICITY, Metric.AUROC)


def subgroups_section(metrics: Mapping[str, ModelMetrics], figures: Mapping[str, bytes]) -> Section:
    """Return for each architecture the figure of its subgroups and the table behind it.

    Args:
        metrics: Model to its metrics.
        figures: Architecture to the PNG of its subgroups; one left out is not shown.
    """
    blocks: list[Block] = [Paragraph(INTRODUCTION)]
    blocks += [_part(name, measured, figures.get(name)) for name, measured in metrics.items()]
    absent = {k: v for found in metrics.values() for k, v in found.subgroups.absent.items()}
    reasons = [f"{name}: {reason}" for name, reason in absent.items()]
    blocks.append(Note("What could not be compared", reasons))
    return Section("Does it hold for every kind of radiograph?", blocks)


def _part(name: str, measured: ModelMetrics, figure: bytes | None) -> Part:
    table = subgroup_table(measured.subgroups.splits[Split.TEST])
    told = _falls_behind(table, measured.splits[Split.TEST].metrics)
    blocks: list[Block] = []
    if figure is not None:
        alt = f"Sensitivity and specificity of {name} by subgroup."
        blocks.append(Figure(figure, f"{name} {told} {LEGEND}", alt))
    return Part(name, [*blocks, _table(name, table)], told)


def _table(name: str, table: pd.DataFrame) -> Table:
    rows: list[list[Cell]] = [
        [
            str(row["attribute"]),
            str(row["group"]),
            int(row["n"]),
            int(row["patients"]),
            *(_cell(row, metric) for metric in SHOWN),
            str(row["auroc_against"]),
        ]
        for _, row in table.iterrows()
    ]
    header = ["kind", "group", "n", "patients", *map(metric_name, SHOWN), "AUROC against"]
    return Table(header, rows, f"Every subgroup of {name} on test", folded=True)


def _cell(row: pd.Series, metric: str) -> Estimate:
    if pd.notna(row[metric]):
        low, high = (row[f"{metric}_{end}"] for end in ("low", "high"))
        bounds = None if pd.isna(low) or pd.isna(high) else (float(low), float(high))
        return Estimate.of(float(row[metric]), bounds)
    reason = row[f"{metric}_reason"]
    known = reason if isinstance(reason, str) else "the group lacks that class"
    return Estimate(None, reason=known)


def _falls_behind(table: pd.DataFrame, overall: Mapping[Metric, Estimate]) -> str:
    found = [
        f"{readable(metric)} of {row['attribute']} {row['group']} ({row[metric]:.2f} against "
        f"{overall[metric].value:.2f})"
        for metric in SHOWN[:2]
        for _, row in table.iterrows()
        if pd.notna(row[f"{metric}_high"]) and row[f"{metric}_high"] < overall[metric].value
    ]
    if not found:
        return "has no subgroup that lies below the whole with its entire interval."
    return (
        f"is worse on some kinds than on the whole: {joined(found)}. Check those before using it "
        "where they are common."
    )

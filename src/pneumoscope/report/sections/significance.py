"""Whether the differences between architectures are more than chance."""

import pandas as pd

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import Block, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.estimates import rounded
from pneumoscope.report.wording import counted, joined

HEADER = [
    "pair",
    "AUROC difference",
    "p, ranking",
    "only the first right",
    "only the second right",
    "p, predictions",
]
LONG = 15
"""Of more pairs than this, those that differ stand open and all of them are folded."""
NAMED = 4
"""Of more differing pairs than this, the sentence gives the number alone."""
INTRODUCTION = (
    "All pairs on the same test radiographs. Ranking is compared by DeLong's test of the AUROCs, "
    "predictions at the locked thresholds by McNemar's test; p values are corrected for the "
    "number of pairs after Holm. Both tests take radiographs as independent. Some children have "
    "several, so the true p values are likely larger: trust a difference only where the "
    "intervals over patients agree."
)


def significance_section(significance: pd.DataFrame, confidence: float = 0.95) -> Section:
    """Return the tests of all pairs and which of them say anything.

    Args:
        significance: What `evaluation.pairs.compare_pairs` gave.
        confidence: 1 - confidence is the level below which a p value counts.
    """
    title = "Are the differences more than chance?"
    if significance.empty:
        return Section(title, [Paragraph("There is one architecture only: nothing to compare.")])
    level = 1 - confidence
    told = _conclusion(significance, level)
    rows = [_row(row) for _, row in significance.iterrows()]
    if len(rows) <= LONG:
        return Section(title, [Paragraph(INTRODUCTION), Table(HEADER, rows, told)])
    differs = (significance["delong_p_holm"] < level) | (significance["mcnemar_p_holm"] < level)
    blocks: list[Block] = [Paragraph(INTRODUCTION)]
    if differs.any():
        differing = [row for row, shown in zip(rows, differs, strict=True) if shown]
        blocks.append(Table(HEADER, differing, f"The pairs that differ. {told}"))
    else:
        blocks.append(Paragraph(told))
    return Section(title, [*blocks, Table(HEADER, rows, f"All {len(rows)} pairs", folded=True)])


def _row(row: pd.Series) -> list[Cell]:
    return [
        _pair(row),
        _value(row, "auroc_difference"),
        _value(row, "delong_p_holm"),
        int(row["only_a_right"]),
        int(row["only_b_right"]),
        _value(row, "mcnemar_p_holm"),
    ]


def _pair(row: pd.Series) -> str:
    return f"{row['architecture_a']} and {row['architecture_b']}"


def _value(row: pd.Series, column: str) -> Cell:
    if pd.isna(row[column]):
        return Estimate(None, reason=str(row["reason"]))
    value = float(row[column])
    return "< 0.001" if column.endswith("_holm") and value < 0.001 else rounded(value)


def _conclusion(significance: pd.DataFrame, level: float) -> str:
    """Name the pairs that differ, by each of the tests."""
    found = [
        _by(significance[significance[f"{test}_p_holm"] < level], what)
        for test, what in (("delong", "ranking"), ("mcnemar", "predictions"))
    ]
    return f"At level {level:.2g}: {'; '.join(found)}. A larger p value does not show equality."


def _by(differing: pd.DataFrame, what: str) -> str:
    if differing.empty:
        return f"no pair differs in its {what}"
    verb = "differs" if len(differing) == 1 else "differ"
    told = f"{counted(len(differing), 'pair')} {verb} in {what}"
    if len(differing) > NAMED:
        return told
    return f"{told} ({joined([_pair(row) for _, row in differing.iterrows()])})"

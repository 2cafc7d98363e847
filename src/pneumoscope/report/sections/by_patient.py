"""The metrics of test counted by patient, beside those counted by radiograph."""

from collections.abc import Callable

import pandas as pd

from pneumoscope.evaluation.comparison import BY_PATIENT, patient_column
from pneumoscope.naming import Column, PatientRule
from pneumoscope.report.blocks import Block, Heading, Paragraph, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import metric_name

RULES = {
    PatientRule.MEAN_SCORE: "mean score",
    PatientRule.ANY_RADIOGRAPH: "any radiograph",
}


def by_patient_blocks(
    test: pd.DataFrame, estimate_of: Callable[[pd.Series, str], Cell], subjects: str
) -> list[Block]:
    """Return what all radiographs of a patient say together, or that each has one.

    Args:
        test: Rows of `comparison.csv`.
        estimate_of: Gives a metric of a row as a cell.
        subjects: Who was radiographed, in the plural.
    """
    heading = Heading(f"Counted as {subjects}, not as radiographs")
    if test.empty or (test["n"] == test["patients"]).all():
        return [heading, Paragraph("One radiograph each: the counts above are these, too.")]
    rows: list[list[Cell]] = [
        [
            str(row[Column.ARCHITECTURE]),
            name,
            *(estimate_of(row, patient_column(rule, metric)) for metric in BY_PATIENT),
            int(row["patients"]),
        ]
        for _, row in test.iterrows()
        for rule, name in RULES.items()
    ]
    header = ["architecture", "by", *map(metric_name, BY_PATIENT), subjects]
    return [heading, Table(header, rows, prose("by_patient"))]

import pandas as pd

from pneumoscope.report.blocks import Paragraph, Table
from pneumoscope.report.sections.by_patient import by_patient_blocks

METRICS = ("auroc", "accuracy", "sensitivity", "specificity")


def rows_with(patients: int) -> pd.DataFrame:
    values = {
        f"{rule}_{metric}": value
        for rule, value in (("mean_score", 0.8), ("any_radiograph", 0.9))
        for metric in METRICS
    }
    return pd.DataFrame([{"architecture": "cnn", "n": 40, "patients": patients, **values}])


def blocks(rows: pd.DataFrame) -> list:
    return by_patient_blocks(rows, lambda row, metric: float(row[metric]), "children")


def test_both_rules_stand_below_each_other():
    heading, table = blocks(rows_with(30))
    assert heading.text == "Counted as children, not as radiographs"
    assert isinstance(table, Table)
    assert table.header[-1] == "children"
    assert table.rows == [
        ["cnn", "mean score", 0.8, 0.8, 0.8, 0.8, 30],
        ["cnn", "any radiograph", 0.9, 0.9, 0.9, 0.9, 30],
    ]


def test_with_one_radiograph_each_there_is_nothing_to_add():
    _, told = blocks(rows_with(40))
    assert told == Paragraph("One radiograph each: the counts above are these, too.")

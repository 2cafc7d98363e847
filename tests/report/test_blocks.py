import numpy as np
import pandas as pd
import pytest

from pneumoscope.report import Estimate, Section, Table, Undefined, table_of
from pneumoscope.report.blocks import NO_REASON, Shown, show


@pytest.mark.parametrize(
    ("cell", "number_format", "expected"),
    [
        (5856, "", Shown("5,856", numeric=True)),
        (0.12345, "", Shown("0.123", numeric=True)),
        (0.5, ".0%", Shown("50%", numeric=True)),
        (Estimate(0.9, 0.8, 1.0), ".2f", Shown("0.90", "0.80 to 1.00", numeric=True)),
        (Estimate(0.9), "", Shown("0.900", numeric=True)),
        (True, "", Shown("yes")),
        ("cnn", ".3f", Shown("cnn")),
        (None, "", Shown("n/a", reason=NO_REASON)),
        (float("nan"), "", Shown("n/a", reason=NO_REASON)),
        (Undefined("one class only"), "", Shown("n/a", reason="one class only")),
    ],
)
def test_a_cell_is_shown_as_text(cell, number_format, expected):
    assert show(cell, number_format) == expected


def test_a_column_is_numeric_when_a_number_stands_in_it():
    table = Table(["name", "auroc"], [["cnn", None], ["mlp", 0.5]])
    assert table.columns == [("name", False), ("auroc", True)]
    assert Table(["name"], []).columns == [("name", False)]


def test_reasons_are_listed_once_each():
    rows = [[Undefined(reason), Undefined("z")] for reason in "zyxyz"]
    assert Table(["x", "y"], rows).reasons == ["z", "y", "x"]


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="expected 2 cells a row"):
        Table(["x", "y"], [[1]])


def test_a_frame_becomes_a_table_of_plain_values():
    frame = pd.DataFrame({"best_epoch": np.array([3]), "auroc": [np.nan], "name": ["cnn"]})
    table = table_of(frame, formats={"best_epoch": "03d"})
    assert table.header == ["best epoch", "auroc", "name"]
    assert [cell.text for cell in table.shown[0]] == ["003", "n/a", "cnn"]


def test_a_title_becomes_a_link_target():
    assert Section("Splits & rebalancing (train)", []).anchor == "splits-rebalancing-train"

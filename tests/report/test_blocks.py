import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import Section, Table, table_of


def test_a_column_is_numeric_when_a_number_stands_in_it():
    table = Table(["name", "auroc"], [["cnn", None], ["mlp", 0.5]])
    assert table.columns == [("name", False), ("auroc", True)]
    assert Table(["name", "auroc"], [["cnn", None]]).columns == [("name", False), ("auroc", True)]
    assert Table(["name"], []).columns == [("name", False)]


def test_reasons_are_listed_once_each():
    rows = [[Estimate(None, reason=reason), Estimate(None, reason="z")] for reason in "zyxyz"]
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

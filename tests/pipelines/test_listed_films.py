"""What the report shows of long lists: the worst, and never more than was asked for."""

import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.errors import COLUMNS
from pneumoscope.evaluation.label_doubts import LISTED
from pneumoscope.options import ReportOptions
from pneumoscope.pipelines.reporting.nodes import draw_doubts, draw_errors

OPTIONS = ReportOptions(title="A test", errors_shown=3)
COMPARISON = pd.DataFrame(
    {
        "architecture": ["mlp", "cnn", "mlp", "cnn"],
        "split": ["validation", "validation", "test", "test"],
        "auroc": [0.7, 0.9, 0.99, 0.6],
    }
)


def listed(count: int) -> pd.DataFrame:
    outcomes = ["false negative", "false positive"] * (count // 2)
    rows = [
        [outcome, f"f{n}", "NORMAL", "normal", 0.9, 0.5, 9.0 - n / 100, False, False, 1.0, None]
        for n, outcome in enumerate(outcomes)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def stored(count: int) -> tuple[np.ndarray, pd.DataFrame]:
    rows = pd.DataFrame({"radiograph_id": [f"f{n}" for n in range(count)]})
    return np.full((count, 32, 32, 1), 7, np.uint8), rows


@pytest.mark.parametrize("count", [20, 200])
def test_the_worst_errors_of_the_model_that_validation_ranks_first_are_drawn(count):
    images, rows = stored(count)
    tables = {"errors_mlp": listed(2), "errors_cnn": listed(count)}
    found = draw_errors(COMPARISON, images, rows, OPTIONS, **tables)
    assert found.model == "cnn"
    assert list(found.pictures) == ["f0", "f1", "f2", "f3", "f4", "f5"]
    assert len(found.table) == count


def test_the_most_doubtful_labels_are_drawn_from_either_split():
    images, rows = stored(2)
    later = rows.assign(radiograph_id=["g0", "g1"])
    doubts = [[name, "train", "NORMAL", "normal", "PNEUMONIA", 0.9, 0.8] for name in
              ("g1", "f0", "f1", "g0")]  # fmt: skip
    table = pd.DataFrame(doubts, columns=LISTED)
    found = draw_doubts(table, images, rows, images, later, OPTIONS)
    assert set(found.pictures) == {"g1", "f0", "f1"}
    assert len(found.table) == 4

import pandas as pd
import pytest

from pneumoscope.naming import Metric
from pneumoscope.report.blocks import Table
from pneumoscope.report.sections.replicates import replicate_blocks

COMPARISON = pd.DataFrame(
    {
        "architecture": ["mlp", "cnn", "mlp_2"],
        "split": "test",
        "replicate_of": ["mlp", "cnn", "mlp"],
        "auroc": [0.90, 0.99, 0.94],
    }
)


def blocks(comparison: pd.DataFrame) -> list:
    return replicate_blocks(comparison, [Metric.AUROC], lambda row, metric: float(row[metric]))


def test_the_spread_over_seeds_stands_beside_the_first_seed():
    _, table = blocks(COMPARISON)
    assert isinstance(table, Table)
    (row,) = table.rows
    assert row == ["mlp", "AUROC", 0.9, 0.9, 0.94, pytest.approx(0.04 / 2**0.5)]
    assert table.caption.startswith("Models that differ in their seed alone: mlp (2 seeds).")


def test_without_replicates_nothing_is_said():
    assert blocks(COMPARISON[:2]) == []

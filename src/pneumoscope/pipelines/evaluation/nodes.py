"""Scores, metrics at the locked operating point, and the comparison of architectures."""

from typing import Any

import pandas as pd

from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.evaluation.comparison import comparison_rows
from pneumoscope.evaluation.measure import evaluate
from pneumoscope.naming import Column
from pneumoscope.options import EvaluationOptions

SCORE_COLUMNS = [
    Column.RADIOGRAPH_ID, Column.PATIENT_ID, Column.LABEL, Column.SUBTYPE, Column.SPLIT,
    Column.SCORE,
]  # fmt: skip


def score_radiographs(
    model: Any,
    validation_images: ShardedImages,
    validation_rows: pd.DataFrame,
    test_images: ShardedImages,
    test_rows: pd.DataFrame,
    options: EvaluationOptions,
) -> pd.DataFrame:
    """Score validation and test with a model as it was saved."""
    from pneumoscope.models.scoring import score

    parts = [
        rows.assign(**{Column.SCORE: score(model, images, options.batch_size, f"scoring {name}")})
        for name, images, rows in (
            ("validation", validation_images, validation_rows),
            ("test", test_images, test_rows),
        )
    ]
    return pd.concat(parts, ignore_index=True)[SCORE_COLUMNS]


def measure_scores(
    scores: pd.DataFrame, split_audit: dict, options: EvaluationOptions, seed: int
) -> dict:
    """Lock the operating point on validation and measure every scored split at it."""
    return evaluate(scores, split_audit, options, seed)


def compare_architectures(architectures: list[str], *metrics: dict) -> pd.DataFrame:
    """Line up the metrics of all architectures, one row for each and each split."""
    rows = [
        row
        for architecture, measured in zip(architectures, metrics, strict=True)
        for row in comparison_rows(architecture, measured)
    ]
    return pd.DataFrame(rows)

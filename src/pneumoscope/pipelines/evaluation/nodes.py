"""Scores, metrics at the locked operating point, and the comparison of architectures."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.evaluation.access import access_row, model_fingerprint
from pneumoscope.evaluation.comparison import comparison_rows
from pneumoscope.evaluation.measure import evaluate
from pneumoscope.evaluation.pairs import compare_pairs as compare
from pneumoscope.naming import Column, Split
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
) -> tuple[pd.DataFrame, dict]:
    """Score validation and test with a model as it was saved; tell which model it was."""
    from pneumoscope.models.scoring import score

    parts = [
        rows.assign(**{Column.SCORE: score(model, images, options.batch_size, f"scoring {name}")})
        for name, images, rows in (
            ("validation", validation_images, validation_rows),
            ("test", test_images, test_rows),
        )
    ]
    scores = pd.concat(parts, ignore_index=True)[SCORE_COLUMNS]
    return scores, {"fingerprint": model_fingerprint(model)}


def measure_scores(
    scores: pd.DataFrame,
    scored_by: dict,
    manifest: pd.DataFrame,
    split_audit: dict,
    options: EvaluationOptions,
    seed: int,
) -> dict:
    """Lock the operating point on validation and measure every scored split at it."""
    return {"model": scored_by, **evaluate(scores, manifest, split_audit, options, seed)}


def test_access_recorder(architecture: str) -> Callable[[dict], pd.DataFrame]:
    """Give the node function that puts evaluations of one architecture on record.

    A closure and no partial: Kedro reads the types of a node's arguments off the function.
    """

    def record_test_access(metrics: dict) -> pd.DataFrame:
        """Put this evaluation on record, for the log to append."""
        return access_row(architecture, metrics)

    return record_test_access


def compare_architectures(architectures: list[str], *metrics: dict) -> pd.DataFrame:
    """Line up the metrics of all architectures, one row for each and each split."""
    rows = [
        row
        for architecture, measured in zip(architectures, metrics, strict=True)
        for row in comparison_rows(architecture, measured)
    ]
    return pd.DataFrame(rows)


def compare_pairs(architectures: list[str], *scores_and_metrics: Any) -> pd.DataFrame:
    """Test every pair of architectures on test; first all scores are given, then all metrics."""
    count = len(architectures)
    scores, metrics = scores_and_metrics[:count], scores_and_metrics[count:]
    tested = [table[table[Column.SPLIT] == Split.TEST] for table in scores]
    locked = [measured["operating_point"]["threshold"] for measured in metrics]
    return compare(
        dict(zip(architectures, tested, strict=True)),
        dict(zip(architectures, locked, strict=True)),
    )

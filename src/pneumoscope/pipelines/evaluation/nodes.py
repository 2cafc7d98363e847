"""Scores, metrics at the locked operating point, and the comparison of the models."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.evaluation.access import access_row, model_fingerprint
from pneumoscope.evaluation.comparison import comparison_rows
from pneumoscope.evaluation.ensembles import average_scores, ensemble_fingerprint
from pneumoscope.evaluation.measure import evaluate
from pneumoscope.evaluation.pairs import compare_pairs as compare
from pneumoscope.evaluation.records import ModelMetrics, ScoredBy
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
) -> tuple[pd.DataFrame, ScoredBy]:
    """Score validation and test with a model as it was saved; tell which model it was, and how."""
    from pneumoscope.models.scoring import score

    size, flips = options.batch_size, options.test_time_flips
    parts = [
        rows.assign(**{Column.SCORE: score(model, images, size, f"scoring {name}", flips)})
        for name, images, rows in (
            ("validation", validation_images, validation_rows),
            ("test", test_images, test_rows),
        )
    ]
    scores = pd.concat(parts, ignore_index=True)[SCORE_COLUMNS]
    return scores, ScoredBy(model_fingerprint(model), flips)


def measure_scores(
    scores: pd.DataFrame,
    scored_by: ScoredBy,
    manifest: pd.DataFrame,
    split_audit: dict,
    options: EvaluationOptions,
    seed: int,
) -> ModelMetrics:
    """Lock the operating point on validation and measure every scored split at it."""
    return evaluate(scores, scored_by, manifest, split_audit, options, seed)


def test_access_recorder(architecture: str) -> Callable[[ModelMetrics], pd.DataFrame]:
    """Give the node function that puts evaluations of one architecture on record.

    A closure and no partial: Kedro reads the types of a node's arguments off the function.
    """

    def record_test_access(metrics: ModelMetrics) -> pd.DataFrame:
        """Put this evaluation on record, for the log to append."""
        return access_row(architecture, metrics)

    return record_test_access


def contract_writer(name: str) -> Callable[[Any, ModelMetrics, dict], dict]:
    """Give the node function that writes the contract of one model, by its name."""

    def write_model_contract(model: Any, metrics: ModelMetrics, training_record: dict) -> dict:
        """Write what the model takes and gives, at which threshold, and where it comes from."""
        from pneumoscope.models.contract import model_contract

        return model_contract(name, model, metrics, training_record)

    return write_model_contract


def ensemble_contract_writer(name: str) -> Callable[[ModelMetrics], dict]:
    """Give the node function that writes the contract of one ensemble, by its name."""

    def write_ensemble_contract(metrics: ModelMetrics) -> dict:
        """Write which models an ensemble averages, and at which threshold."""
        from pneumoscope.models.contract import ensemble_contract

        return ensemble_contract(name, metrics)

    return write_ensemble_contract


def average_members(**collected: Any) -> tuple[pd.DataFrame, ScoredBy]:
    """Average the scores of an ensemble's members; tell which models they were.

    Args:
        **collected: `scores_<member>` and `scored_by_<member>` of each.
    """
    return (
        average_scores(_named("scores_", collected)),
        ensemble_fingerprint(_named("scored_by_", collected)),
    )


def compare_models(**metrics: ModelMetrics) -> pd.DataFrame:
    """Line up the metrics of all models by name, one row for each and each split."""
    rows = [row for name, measured in metrics.items() for row in comparison_rows(name, measured)]
    return pd.DataFrame(rows)


def compare_pairs(**collected: Any) -> pd.DataFrame:
    """Test every pair of models on test.

    Args:
        **collected: `scores_<model>` and `metrics_<model>` of each.
    """
    scores = _named("scores_", collected)
    return compare(
        {name: table[table[Column.SPLIT] == Split.TEST] for name, table in scores.items()},
        {
            name: measured.operating_point.threshold
            for name, measured in _named("metrics_", collected).items()
        },
    )


def _named(prefix: str, collected: dict[str, Any]) -> dict[str, Any]:
    return {
        key.removeprefix(prefix): value
        for key, value in collected.items()
        if key.startswith(prefix)
    }

"""Covariate shift between the splits; altered test films, their scores and verdicts."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.errors import InputError
from pneumoscope.evaluation.access import access_row, model_fingerprint
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Column, Split
from pneumoscope.options import EvaluationOptions, RobustnessOptions
from pneumoscope.robustness import shift
from pneumoscope.robustness.curves import measure_curves
from pneumoscope.robustness.features import film_features
from pneumoscope.robustness.records import Robustness, Shift
from pneumoscope.robustness.shortcuts import measure_shortcuts
from pneumoscope.robustness.variants import VariedRadiographs, plan_variants, variant_rows


def measure_shift(
    train_images: ShardedImages,
    train_rows: pd.DataFrame,
    validation_images: ShardedImages,
    validation_rows: pd.DataFrame,
    test_images: ShardedImages,
    test_rows: pd.DataFrame,
    evaluation: EvaluationOptions,
    seed: int,
) -> Shift:
    """Measure covariate shift of validation and test against train, and the feature baseline."""
    films = {
        split: shift.Films(rows, film_features(images, rows, f"measuring films of {split}"))
        for split, images, rows in (
            (Split.TRAIN, train_images, train_rows),
            (Split.VALIDATION, validation_images, validation_rows),
            (Split.TEST, test_images, test_rows),
        )
    }
    return shift.measure_shift(films, evaluation, seed)


def score_variants(
    model: Any,
    test_images: ShardedImages,
    test_rows: pd.DataFrame,
    metrics: ModelMetrics,
    robustness: RobustnessOptions,
    evaluation: EvaluationOptions,
    seed: int,
) -> pd.DataFrame:
    """Score test as it is, with parts blacked out, equalised and degraded.

    Raises:
        ValueError: The metrics, whose threshold is applied, are of another model.
    """
    from pneumoscope.models.scoring import score

    if (found := model_fingerprint(model)) != metrics.model.fingerprint:
        raise InputError(
            f"the model that was evaluated ({metrics.model.fingerprint[:12]})",
            f"another ({found[:12]})",
            "Run the evaluation first: kedro run --pipelines=evaluation.",
        )
    variants = plan_variants(test_rows, robustness)
    films = VariedRadiographs(test_images, variants, seed)
    scores = score(model, films, evaluation.batch_size, "scoring altered films")
    return variant_rows(test_rows, variants).assign(**{Column.SCORE: scores})


def measure_robustness(
    variant_scores: pd.DataFrame,
    metrics: ModelMetrics,
    robustness: RobustnessOptions,
    evaluation: EvaluationOptions,
) -> Robustness:
    """Measure the altered films at the locked threshold, and say what follows."""
    threshold = metrics.operating_point.threshold
    return Robustness(
        threshold,
        measure_shortcuts(variant_scores, threshold, evaluation),
        measure_curves(variant_scores, threshold, robustness.tolerance, evaluation),
    )


def variant_access_recorder(
    architecture: str,
) -> Callable[[Robustness, ModelMetrics], pd.DataFrame]:
    """Give the node function that puts the altered films of one architecture on record.

    A closure and no partial: Kedro reads the types of a node's arguments off the function.
    """

    def record_variant_access(robustness: Robustness, metrics: ModelMetrics) -> pd.DataFrame:  # noqa: ARG001
        """Put this look at test on record, for the log to append.

        `robustness` is what there is to record: without it nothing was looked at.
        """
        return access_row(architecture, metrics, altered=True)

    return record_variant_access

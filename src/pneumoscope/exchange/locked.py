"""Locked means locked: a model whose threshold was not fixed before its test does not leave."""

from collections.abc import Mapping
from typing import Any

from pneumoscope.arrays import named
from pneumoscope.errors import InputError
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.lock import read_lock
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.inference.evaluated import check_compared, check_evaluated, check_prepared
from pneumoscope.options import PreprocessingOptions
from pneumoscope.out_of_distribution.records import FalseAlarms


def check_locked(metrics: ModelMetrics, locks: Mapping[str, Any]) -> None:
    """Refuse a model that has no lock, or was measured at another operating point than its lock's.

    Args:
        metrics: Of the model or ensemble.
        locks: Fingerprint to the lock of each model, as plain values.

    Raises:
        InputError: There is no lock, or another.
    """
    lock = read_lock(locks, metrics.model.fingerprint)
    if lock.operating_point != metrics.operating_point:
        raise InputError(
            f"metrics at the locked threshold, {lock.operating_point.threshold:g}",
            f"metrics at {metrics.operating_point.threshold:g}",
            "Run kedro run --pipelines=evaluation.",
        )


def check_exportable(
    metrics: ModelMetrics,
    false_alarms: FalseAlarms,
    locks: Mapping[str, Any],
    preprocessing: PreprocessingOptions,
    working_side: int,
    members: Mapping[str, Any],
) -> None:
    """Refuse to export any model but the one that was locked and evaluated.

    Args:
        metrics: Metrics of the model, or of the ensemble.
        false_alarms: Which distance from train is too far for it.
        locks: Fingerprint to the lock of each model.
        preprocessing: What films go through; the same as in training, or this fails.
        working_side: Size that they are decoded to; the same as in training too.
        members: `model_<name>`, `scored_by_<name>`, `reference_<name>` and
            `training_record_<name>` of the model, or of each member of the ensemble.

    Raises:
        InputError: There is no lock, or something is of another model.
    """
    check_locked(metrics, locks)
    models = named("model_", members)
    loaded = {name: model_fingerprint(model) for name, model in models.items()}
    records, scored_by = named("training_record_", members), named("scored_by_", members)
    check_evaluated(loaded, scored_by, metrics)
    # Licences and what is synthetic are read off the records.
    check_evaluated({name: one.fingerprint for name, one in records.items()}, scored_by, metrics)
    check_compared(named("reference_", members), false_alarms, scored_by, metrics)
    check_prepared(records, preprocessing, working_side)

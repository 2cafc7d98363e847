"""Locked means locked: a model whose threshold was not fixed before its test does not leave."""

from collections.abc import Mapping
from typing import Any

from pneumoscope.errors import InputError
from pneumoscope.evaluation.lock import read_lock
from pneumoscope.evaluation.records import ModelMetrics


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

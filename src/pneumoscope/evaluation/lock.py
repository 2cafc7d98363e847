"""The lock: what is decided before a model's test is scored, and may not change afterwards."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import pandas as pd
from pydantic import TypeAdapter

from pneumoscope.errors import InputError
from pneumoscope.evaluation.records import ModelMetrics, OperatingPoint, ScoredBy
from pneumoscope.naming import Column, Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.out_of_distribution.records import FalseAlarms

logger = logging.getLogger(__name__)

DECIDES = ("threshold", "calibration", "grey_zone")
"""Parameters of the evaluation that decide what a score of test is taken to mean."""


@dataclass(frozen=True)
class LockedDistance:
    """Beyond which distance from train a radiograph is out of distribution.

    Attributes:
        asked: Share of false alarms that the user set.
        promised: Share that validation supports.
        threshold: The distance.
    """

    asked: float
    promised: float
    threshold: float


@dataclass(frozen=True)
class Lock:
    """What was fixed for one model, on validation alone.

    Attributes:
        fingerprint: SHA-256 of the model's weights.
        splits: SHA-256 over all radiographs and their splits.
        parameters: Those of the evaluation that `DECIDES` names, as plain values.
        primary_endpoint: The metric by which models are compared.
        operating_point: The threshold, or grey zone, that test is measured at.
        revision: How often this model was locked, this time included. Above 1 the earlier
            test results were known.
        out_of_distribution: Which radiographs are unlike those of train; None of a model that
            was locked before that was measured.
    """

    fingerprint: str
    splits: str
    parameters: Mapping[str, Any]
    primary_endpoint: Metric
    operating_point: OperatingPoint
    revision: int = 1
    out_of_distribution: LockedDistance | None = None


def lock_evaluation(
    validation: pd.DataFrame,
    scored_by: ScoredBy,
    false_alarms: FalseAlarms,
    splits: pd.DataFrame,
    options: EvaluationOptions,
) -> Lock:
    """Choose the operating point on validation, and fix it with all it depends on.

    Args:
        validation: Columns patient_id, label, split and score, of validation; hard where the rule
            for the threshold reads hard films.
        scored_by: Which model gave the scores.
        false_alarms: Which distance from train is too far.
        splits: Columns radiograph_id and split, of all radiographs.
        options: Rule for the threshold, calibration, grey zone and primary endpoint.

    Raises:
        ValueError: If validation lacks a class that the rule needs.
    """
    # SciPy is behind it, which nothing needs that only reads a lock.
    from pneumoscope.evaluation.thresholds.operating_points import lock_threshold

    point = lock_threshold(validation, options.threshold)
    if point.part != options.threshold.part:
        logger.warning("The threshold was chosen %s", point.reason)
    return Lock(
        fingerprint=scored_by.fingerprint,
        splits=splits_digest(splits),
        parameters=_decisive(options),
        primary_endpoint=options.primary_endpoint,
        operating_point=point,
        out_of_distribution=LockedDistance(
            false_alarms.asked, false_alarms.promised, false_alarms.threshold
        ),
    )


def renewed(new: Lock, known: Mapping[str, Any], relock: bool) -> Lock:
    """Return the lock to keep for a model: the known one if nothing has changed since.

    Args:
        new: What would be locked now.
        known: Fingerprint to the lock of each model that was ever locked, as plain values.
        relock: Whether to replace a known lock that differs.

    Raises:
        InputError: If the model was locked otherwise and `relock` is False.
    """
    if new.fingerprint not in known:
        return new
    old = read_lock(known, new.fingerprint)
    changes = _changes(old, new)
    if not changes:
        known_distance = old.out_of_distribution or new.out_of_distribution
        return replace(old, out_of_distribution=known_distance)
    changed = "; ".join(changes)
    if not relock:
        raise InputError(
            "what was locked for this model before its test was scored",
            f"changes ({changed})",
            "Undo them, or lock anew with --params evaluation.relock=true: results will say that "
            "the test had been looked at before.",
        )
    logger.warning("Locked anew after test had been scored: %s", changed)
    return replace(new, revision=old.revision + 1)


def read_lock(locks: Mapping[str, Any], fingerprint: str) -> Lock:
    """Return the lock of one model.

    Args:
        locks: Fingerprint to lock, as plain values.
        fingerprint: SHA-256 of the model's weights.

    Raises:
        InputError: If nothing was locked for that model.
    """
    if fingerprint not in locks:
        known = ", ".join(name[:12] for name in locks)
        raise InputError(
            f"a lock of the model {fingerprint[:12]}",
            f"{f'those of {known}' if known else 'none'}: its threshold was not fixed before test",
            "Run kedro run --pipelines=evaluation.",
        )
    return _ADAPTER.validate_python(locks[fingerprint])


def check_held(
    lock: Lock, measured: ModelMetrics, splits: pd.DataFrame, options: EvaluationOptions
) -> None:
    """Refuse to measure further films with anything but what was locked.

    Args:
        lock: The lock of the model.
        measured: What its evaluation gave.
        splits: Columns radiograph_id and split, of all radiographs.
        options: Parameters as they are now.

    Raises:
        InputError: Metrics, parameters or splits differ from the lock; all that does is named.
    """
    now = replace(
        lock,
        splits=splits_digest(splits),
        parameters=_decisive(options),
        primary_endpoint=options.primary_endpoint,
    )
    changes = _changes(lock, now) + _apart_from_metrics(lock, measured)
    if changes:
        raise InputError(
            "all that was locked for this model, unchanged",
            f"changes ({'; '.join(changes)})",
            "Undo them, or run kedro run --pipelines=evaluation first.",
        )


def other_distance(lock: Lock, limits: FalseAlarms) -> bool:
    """Tell whether a distance is not the one that was locked, but for rounding."""
    locked = lock.out_of_distribution
    return locked is not None and (
        locked.asked != limits.asked or abs(locked.threshold - limits.threshold) > _ROUNDED_DISTANCE
    )


def lock_digest(lock: Lock) -> str:
    """Return the SHA-256 over all that a lock fixes: equal for equal locks."""
    plain = json.dumps(_ADAPTER.dump_python(lock, mode="json"), sort_keys=True)
    return sha256(plain.encode()).hexdigest()


def lock_as_record(lock: Lock) -> dict[str, Any]:
    """Return the lock as plain values by its fingerprint, as `read_lock` reads it."""
    return {lock.fingerprint: _ADAPTER.dump_python(lock, mode="json")}


def splits_digest(splits: pd.DataFrame) -> str:
    """Return the SHA-256 over radiographs and their splits, whatever the order of the rows."""
    pairs = splits[[Column.RADIOGRAPH_ID, Column.SPLIT]].drop_duplicates().astype(str)
    lines = sorted("\t".join(row) for row in pairs.itertuples(index=False))
    return sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


_ADAPTER = TypeAdapter(Lock)
_ROUNDED = 1e-5
"""Scores of one model differ by less from one batch size or processor to another."""

_ROUNDED_DISTANCE = 0.1
"""The same of a distance, in steps of the usual spread; features may be half as precise."""


def _decisive(options: EvaluationOptions) -> dict[str, Any]:
    return options.model_dump(mode="json", include=set(DECIDES), exclude_none=True)


def _apart_from_metrics(lock: Lock, measured: ModelMetrics) -> list[str]:
    """Name what the metrics were measured with and the lock does not hold."""
    found = []
    if measured.lock_revision != lock.revision:
        found.append(f"lock revision: {lock.revision} locked, {measured.lock_revision} measured")
    if _apart(lock.operating_point, measured.operating_point):
        then, now = lock.operating_point, measured.operating_point
        found.append(f"threshold: {then.threshold!r} locked, {now.threshold!r} measured")
    locked, method = lock.parameters.get("calibration"), measured.calibration.method.value
    if locked != method:
        found.append(f"calibration: {locked} locked, {method} measured")
    return found


def _apart(then: OperatingPoint, now: OperatingPoint) -> bool:
    limits = [(then.threshold, now.threshold), (then.low, now.low), (then.high, now.high)]
    return any(
        (old is None) != (new is None) or abs((old or 0.0) - (new or 0.0)) > _ROUNDED
        for old, new in limits
    )


def _changes(old: Lock, new: Lock) -> list[str]:
    """Name what differs; a threshold alone, if nothing that it depends on does."""
    found = [
        f"evaluation.{name}: {old.parameters.get(name)} then, {now} now"
        for name, now in new.parameters.items()
        if old.parameters.get(name) != now
    ]
    if old.primary_endpoint is not new.primary_endpoint:
        found.append(f"primary endpoint: {old.primary_endpoint} then, {new.primary_endpoint} now")
    if old.splits != new.splits:
        found.append(f"splits: {old.splits[:12]} then, {new.splits[:12]} now")
    then, now = old.operating_point, new.operating_point
    if not found and _apart(then, now):
        found.append(
            f"threshold: {then.threshold!r} then, {now.threshold!r} now; the validation scores "
            "are others"
        )
    return [*found, *_distance_changes(old, new, bool(found))]


def _distance_changes(old: Lock, new: Lock, others: bool) -> list[str]:
    then, now = old.out_of_distribution, new.out_of_distribution
    if then is None or now is None:
        return []
    if then.asked != now.asked:
        return [
            f"evaluation.out_of_distribution.false_alarms: {then.asked:g} then, {now.asked:g} now"
        ]
    if not others and abs(then.threshold - now.threshold) > _ROUNDED_DISTANCE:
        return [f"distance from train: {then.threshold:.3f} then, {now.threshold:.3f} now"]
    return []

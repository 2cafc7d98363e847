"""An update fitted on labelled films of a site: as much as they bear, and no more."""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import expit

from pneumoscope.errors import InputError
from pneumoscope.evaluation.calibration.intervals import calibration_estimates
from pneumoscope.evaluation.calibration.measure import with_calibration
from pneumoscope.evaluation.calibration.recalibration import (
    at_prevalence,
    calibration_slope_intercept,
    logits_of,
)
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.ranking import auroc
from pneumoscope.evaluation.records import CalibrationMap, ModelMetrics, OperatingPoint
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.score_arrays import labels_of
from pneumoscope.evaluation.thresholds.deferral import measure_grey_zone
from pneumoscope.evaluation.thresholds.operating_points import lock_threshold
from pneumoscope.external.updates.records import Reading
from pneumoscope.naming import Column, Label, Recalibration, Split
from pneumoscope.options import EvaluationOptions

LEAST = 5
"""Patients of each class below which nothing is fitted: a threshold would be set by one or two."""

AS_IT_IS = CalibrationMap(1.0)
"""The map of scores that are read as probabilities."""

_MOVED = (
    "fixed beforehand; at the site where a film speaks as much for PNEUMONIA as at the locked one"
)


def locked_reading(metrics: ModelMetrics) -> Reading:
    """Return how the evaluation has locked that scores of a model are read."""
    found = metrics.calibration
    return Reading(metrics.operating_point, found.map, found.prevalence)


def fit_reading(rows: pd.DataFrame, locked: Reading, options: EvaluationOptions) -> Reading:
    """Update how scores are read by labelled films of a site.

    What is fitted is what they are shown to need (a closed test): slope and intercept where the
    calibration slope is shown not to be 1 (logistic recalibration), else the intercept where that
    is shown not to be 0 (recalibration in the large), else nothing. The threshold is chosen anew
    by the model's own rule; one that reads no films moves with the recalibration, to where the
    ratio of likelihoods is what it was, whatever the prevalence.

    Args:
        rows: Columns patient_id, label, split and score.
        locked: How scores are read without an update.
        options: The rule of the threshold, and the confidence.

    Returns:
        The reading; that which is locked, with the reason, where a class has few patients, scores
        are not shown to rise with PNEUMONIA, or the rule finds no threshold.

    Source: Steyerberg and others 2004, doi:10.1002/sim.1844; the closed test: Vergouwe and others
        2017, doi:10.1002/sim.7179.
    """
    if reason := _too_few(rows):
        return replace(locked, kept=reason)
    start = locked.probability or AS_IT_IS
    method, line, reason = _recalibration(rows, start, options.confidence)
    if reason:
        return replace(locked, kept=reason)
    updated = replace(locked, method=method)
    if method is not Recalibration.NONE:
        prevalence = float(labels_of(rows).mean())
        updated = replace(updated, probability=line, prevalence=prevalence)
    if not options.threshold.reads_validation:
        return replace(updated, operating_point=_moved(locked, updated))
    try:
        point = lock_threshold(_as_validation(rows), options.threshold)
    except InputError as error:
        return replace(locked, kept=f"{error.expected}: {error.received}")
    return replace(updated, operating_point=point)


def zones_around(
    rows: pd.DataFrame, threshold: float, options: EvaluationOptions
) -> dict[str, tuple[float, float]]:
    """Set a zone around a threshold that holds each share of films, those nearest it.

    Args:
        rows: Columns patient_id, label, split and score.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: The shares.
    """
    zones = measure_grey_zone(_as_validation(rows), threshold, options)
    return {
        share: (zone.low, zone.high)
        for share, zone in zones.items()
        if zone.low is not None and zone.high is not None
    }


def _too_few(rows: pd.DataFrame) -> str:
    patients = rows.groupby(Column.LABEL)[Column.PATIENT_ID].nunique()
    few = [
        f"{patients.get(label, 0)} with {label}"
        for label in Label
        if patients.get(label, 0) < LEAST
    ]
    return f"too few patients ({' and '.join(few)}; {LEAST} are the least)" if few else ""


def _recalibration(
    rows: pd.DataFrame, start: CalibrationMap, confidence: float
) -> tuple[Recalibration, CalibrationMap, str]:
    """Return what films are shown to need, the map with it, or else why nothing can be fitted."""
    sample = Sample.of_rows(with_calibration(rows, start))
    line = calibration_slope_intercept(sample.label, sample.score)
    found = calibration_estimates(sample, line, confidence)
    # By ranks: the interval of a slope is wide where a threshold nearly separates the classes.
    if not _beyond(auroc(sample, confidence).estimate, 0.5):
        return Recalibration.NONE, start, "the scores are not shown to rise with PNEUMONIA there"
    rises = line.slope is not None and line.slope > 0
    if rises and line.slope and line.intercept is not None and _apart(found["slope"], 1.0):
        fitted = _chained(start, line.slope, line.intercept)
        return Recalibration.LOGISTIC, fitted, ""
    if line.in_the_large is not None and _apart(found["in_the_large"], 0.0):
        return Recalibration.IN_THE_LARGE, _chained(start, 1.0, line.in_the_large), ""
    return Recalibration.NONE, start, ""


def _chained(first: CalibrationMap, slope: float, intercept: float) -> CalibrationMap:
    return CalibrationMap(slope * first.slope, intercept + slope * first.intercept)


def _apart(estimate: Estimate, value: float) -> bool:
    return estimate.bounds is not None and not estimate.bounds[0] <= value <= estimate.bounds[1]


def _beyond(estimate: Estimate, value: float) -> bool:
    return estimate.bounds is not None and estimate.bounds[0] > value


def _moved(locked: Reading, updated: Reading) -> OperatingPoint:
    """Carry an operating point that was fixed beforehand over to recalibrated scores."""
    point, then, now = locked.operating_point, locked.probability, updated.probability
    shares = locked.prevalence, updated.prevalence
    if updated.method is Recalibration.NONE or now is None or None in shares:
        return point
    then, now = then or AS_IT_IS, at_prevalence(now, float(shares[1] or 0), float(shares[0] or 0))

    def moved(score: float | None) -> float | None:
        if score is None:
            return None
        logit = float(logits_of(np.array([score]))[0])
        return float(expit((then.intercept + then.slope * logit - now.intercept) / now.slope))

    threshold = moved(point.threshold)
    assert threshold is not None
    return OperatingPoint(point.rule, threshold, _MOVED, moved(point.low), moved(point.high))


def _as_validation(rows: pd.DataFrame) -> pd.DataFrame:
    # The films of a site take the place of validation in choosing.
    return rows.assign(**{Column.SPLIT: Split.VALIDATION})

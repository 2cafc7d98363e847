"""The update of one model at one site: fitted on a part of its patients, measured on the rest."""

from dataclasses import replace

import pandas as pd

from pneumoscope.evaluation.calibration.measure import measure_split_calibration, with_calibration
from pneumoscope.evaluation.lock import Lock, lock_digest
from pneumoscope.evaluation.records import CalibrationMap, ModelMetrics, SplitCalibration
from pneumoscope.evaluation.sample import Sample
from pneumoscope.external.updates.curve import measure_curve
from pneumoscope.external.updates.fitting import (
    AS_IT_IS,
    fit_reading,
    locked_reading,
    zones_around,
)
from pneumoscope.external.updates.records import Part, Reading, SiteUpdate
from pneumoscope.external.updates.verdicts import refusal
from pneumoscope.external.updates.worth import cut_patients, measure_worth
from pneumoscope.naming import Column, Label
from pneumoscope.options import EvaluationOptions, SiteUpdateOptions


def measure_update(
    scores: pd.DataFrame,
    nothing: SiteUpdate,
    metrics: ModelMetrics,
    options: EvaluationOptions,
    update: SiteUpdateOptions,
    seed: int,
) -> SiteUpdate:
    """Fit an update on films of a part of the patients, and measure it on those of the others.

    Args:
        scores: Columns patient_id, label, split and score of the films of a site.
        nothing: Of which model and films it is, without an update.
        metrics: How scores are read without one.
        options: The rule of the threshold, and the confidence.
        update: How patients are cut, and numbers of films.
        seed: Seed of the cuts.
    """
    rows = scores.reset_index(drop=True)
    sample = Sample.of_rows(rows)
    if reason := _obstacle(sample):
        return replace(nothing, refused=reason)
    locked = locked_reading(metrics)
    cuts = cut_patients(sample, update, seed)
    learned, rest = rows.iloc[cuts[0].order], rows.iloc[cuts[0].rest]
    reading = fit_reading(learned, locked, options)
    worth = measure_worth(rows, cuts[:1], None, locked, options)
    return replace(
        nothing,
        refused=refusal(reading, worth),
        reading=reading,
        zones=zones_around(learned, reading.operating_point.threshold, options),
        fitted_on=_part(learned),
        measured_on=_part(rest),
        worth=worth,
        calibration=_calibration(rest, locked, reading, options),
        cuts=len(cuts),
        curve=measure_curve(rows, cuts, update, locked, options, seed),
    )


def no_update(
    site: str, model: str, lock: Lock, films: str, confidence: float, without_key: int
) -> SiteUpdate:
    """Say of which model, lock and films there is no update yet.

    Args:
        site: Name of the site.
        model: Name of the model.
        lock: Its lock.
        films: SHA-256 over the films of the site.
        confidence: Coverage of the intervals.
        without_key: Patients of whom nothing tells which films are theirs.
    """
    return SiteUpdate(
        site, model, lock.fingerprint, lock_digest(lock), films, confidence,
        refused="none was fitted", without_key=without_key,
    )  # fmt: skip


def _obstacle(sample: Sample) -> str:
    if sample.patients < 2:
        return "it is fitted on some patients and measured on others, and there is one patient"
    if sample.label.all() or not sample.label.any():
        return f"there is no film with {Label.NORMAL if sample.label.all() else Label.PNEUMONIA}"
    return ""


def _part(rows: pd.DataFrame) -> Part:
    classes = {label: int((rows[Column.LABEL] == label).sum()) for label in Label}
    return Part(len(rows), int(rows[Column.PATIENT_ID].nunique()), classes)


def _calibration(
    rows: pd.DataFrame, locked: Reading, updated: Reading, options: EvaluationOptions
) -> SplitCalibration:
    """Measure probabilities without an update and with it."""
    then = locked.probability or AS_IT_IS
    now = updated.probability or AS_IT_IS
    # What the update adds to the map that stood before.
    slope = now.slope / then.slope
    added = CalibrationMap(slope, now.intercept - slope * then.intercept)
    return measure_split_calibration(with_calibration(rows, then), added, options)

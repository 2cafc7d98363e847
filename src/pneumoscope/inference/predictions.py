"""Scores of new radiographs turned into predictions by what the evaluation has locked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pneumoscope.arrays import FloatArray
from pneumoscope.errors import InputError
from pneumoscope.evaluation.calibration.recalibration import at_prevalence, recalibrate
from pneumoscope.evaluation.records import CalibrationMap, DeferralZone, ModelMetrics
from pneumoscope.naming import Column, Label, Source
from pneumoscope.options import InferenceOptions

Zone = tuple[float, float]

SYNTHETIC_MODEL = (
    "The model was trained on synthetic radiographs: nothing here is true of a patient."
)

SYNTHETIC_FILM = "This radiograph is a synthetic phantom, no patient's."

COLUMNS = [
    Column.PATH, Column.PREDICTION, Column.GREY_ZONE, Column.SCORE, Column.PROBABILITY,
    Column.OUT_OF_DISTRIBUTION, Column.OUT_OF_DISTRIBUTION_P, Column.OUT_OF_DISTRIBUTION_REASON,
    Column.REASON, Column.NOTE, Column.WARNING, Column.SHA256, Column.PREVALENCE, Column.MODEL,
    Column.FINGERPRINT, Column.THRESHOLD, Column.ZONE_LOW, Column.ZONE_HIGH, Column.NOTICE,
]  # fmt: skip
"""Columns of the predictions, in order: what differs from film to film first."""

OUTSIDE = [
    Column.OUT_OF_DISTRIBUTION, Column.OUT_OF_DISTRIBUTION_P, Column.OUT_OF_DISTRIBUTION_REASON,
]  # fmt: skip
"""How far a film lies from those of train: whether too far, the p value, and why."""


@dataclass(frozen=True)
class Locked:
    """What was locked before any new radiograph was seen.

    Attributes:
        model: Name of the model or ensemble.
        fingerprint: SHA-256 of its weights.
        threshold: A score of at least this is predicted PNEUMONIA.
        zone: Scores from the first to below the second are for a human; None without a zone.
        calibration: Slope and intercept on the logits; None where none could be fitted.
        prevalence: Share of PNEUMONIA that probabilities hold for; None without a calibration.
        decides_all: Whether films unlike those of train get a prediction too.
    """

    model: str
    fingerprint: str
    threshold: float
    zone: Zone | None
    calibration: CalibrationMap | None = None
    prevalence: float | None = None
    decides_all: bool = True


def locked_by(name: str, metrics: ModelMetrics, options: InferenceOptions) -> Locked:
    """Read what the evaluation of a model has locked.

    Args:
        name: Of the model or ensemble.
        metrics: Its metrics.
        options: Which of the measured grey zones to apply, and the prevalence that
            probabilities shall hold for.

    Raises:
        ValueError: If no grey zone of the share asked for was measured.
    """
    point, found = metrics.operating_point, metrics.calibration
    zone = point.zone or _measured_zone(metrics.grey_zone, options.grey_zone)
    locked = Locked(
        name,
        metrics.model.fingerprint,
        point.threshold,
        zone,
        decides_all=options.decide_out_of_distribution,
    )
    if found.map is None or found.prevalence is None:
        return locked
    wanted = options.prevalence or found.prevalence
    line = at_prevalence(found.map, found.prevalence, wanted)
    return replace(locked, calibration=line, prevalence=wanted)


def predict(scored: pd.DataFrame, locked: Locked, notice: str) -> pd.DataFrame:
    """Predict every radiograph that could be read, and keep a row with a reason for the others.

    Args:
        scored: Columns path, sha256, reason (empty where readable), note, warning and score (NaN
            where there is a reason), and how far it lies from train: `OUTSIDE`.
        locked: Threshold, zone and calibration.
        notice: What every row says of its use.

    Returns:
        One row a file, columns `COLUMNS`, in the order of the files. `prediction` is made in
        the grey zone too; `grey_zone` says that a human should look first. Prediction, grey
        zone, score, probability and what is told of its distance are missing where the file
        could not be read, and the prediction is where the user wants none out of distribution.
    """
    readable = (scored[Column.REASON] == "").to_numpy()
    score = scored.loc[readable, Column.SCORE].to_numpy(dtype=np.float64)
    predicted = np.where(score >= locked.threshold, Label.PNEUMONIA, Label.NORMAL).astype(object)
    if not locked.decides_all:
        predicted[scored.loc[readable, Column.OUT_OF_DISTRIBUTION].to_numpy(dtype=bool)] = None
    found: dict[str, Any] = {
        Column.PREDICTION: predicted,
        Column.GREY_ZONE: _within(score, locked.zone),
        Column.SCORE: scored.loc[readable, Column.SCORE].to_numpy(),
    }
    if locked.calibration is not None:
        found[Column.PROBABILITY] = recalibrate(
            score, locked.calibration.slope, locked.calibration.intercept
        )
    # Joined by position, so that files without a score get missing values and not a default.
    filled = pd.DataFrame(found, index=scored.index[readable]).reindex(scored.index)
    low, high = (None, None) if locked.zone is None else locked.zone
    same: dict[str, Any] = {
        Column.PREVALENCE: locked.prevalence,
        Column.MODEL: locked.model,
        Column.FINGERPRINT: locked.fingerprint,
        Column.THRESHOLD: locked.threshold,
        Column.ZONE_LOW: low,
        Column.ZONE_HIGH: high,
        Column.NOTICE: notice,
    }
    known = scored[
        [Column.PATH, Column.SHA256, Column.REASON, Column.NOTE, Column.WARNING, *OUTSIDE]
    ]
    return pd.concat([known, filled], axis=1).assign(**same).reindex(columns=COLUMNS)


def mark_phantoms(predictions: pd.DataFrame, source: pd.Series) -> pd.DataFrame:
    """Say in the notice of every film that is a phantom that it is one.

    Args:
        predictions: As `predict` gives them.
        source: Where each film comes from, in the same order.
    """
    phantoms = source.to_numpy() == Source.PHANTOMS.value
    notice = predictions[Column.NOTICE]
    marked = notice.where(~phantoms, notice + f" {SYNTHETIC_FILM}")
    return predictions.assign(**{Column.NOTICE: marked})


def _measured_zone(zones: Mapping[str, DeferralZone], share: float | None) -> Zone | None:
    if share is None:
        return None
    if f"{share:g}" not in zones:
        raise InputError(
            f"`inference.grey_zone` as one of the shares that were measured, {', '.join(zones)}",
            f"{share:g}",
            "Add it to `evaluation.grey_zone.shares`, and run kedro run --pipelines=evaluation.",
        )
    zone = zones[f"{share:g}"]
    return None if zone.low is None or zone.high is None else (zone.low, zone.high)


def _within(score: FloatArray, zone: Zone | None) -> np.ndarray:
    if zone is None:
        return np.zeros(score.size, dtype=bool)
    return (score >= zone[0]) & (score < zone[1])

"""Scores of new radiographs turned into predictions by what the evaluation has locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pneumoscope import NOTICE
from pneumoscope.errors import InputError
from pneumoscope.evaluation.calibration.recalibration import at_prevalence, recalibrate
from pneumoscope.evaluation.records import CalibrationMap, DeferralZone, ModelMetrics
from pneumoscope.inference.records import FilmPrediction
from pneumoscope.naming import Column, Label, Source
from pneumoscope.options import InferenceOptions
from pneumoscope.out_of_distribution.judgement import JUDGED

Zone = tuple[float, float]

SYNTHETIC_MODEL = (
    "The model was trained on synthetic radiographs: nothing here is true of a patient."
)

SYNTHETIC_FILM = "This radiograph is a synthetic phantom, no patient's."

COLUMNS = [
    Column.PATH, Column.PREDICTION, Column.GREY_ZONE, Column.SCORE, Column.PROBABILITY, *JUDGED,
    Column.REASON, Column.NOTE, Column.WARNING, Column.SHA256, Column.PREVALENCE, Column.MODEL,
    Column.FINGERPRINT, Column.THRESHOLD, Column.ZONE_LOW, Column.ZONE_HIGH, Column.NOTICE,
]  # fmt: skip
"""Columns of the predictions, in order: what differs from film to film first."""

_NUMBERS = [
    Column.PROBABILITY, Column.OUT_OF_DISTRIBUTION_P, Column.OUT_OF_DISTRIBUTION_DISTANCE,
    Column.OUT_OF_DISTRIBUTION_LIMIT, Column.PREVALENCE, Column.THRESHOLD, Column.ZONE_LOW,
    Column.ZONE_HIGH,
]  # fmt: skip

_OF_FILE = ("path", "sha256", "bytes", "width", "height", "reason", "note", "warning")


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
        update: By which update at a site scores are read, in a sentence; empty without one.
    """

    model: str
    fingerprint: str
    threshold: float
    zone: Zone | None
    calibration: CalibrationMap | None = None
    prevalence: float | None = None
    decides_all: bool = True
    update: str = ""

    def probability(self, score: float) -> float | None:
        """Bring a score through the calibration; None without one."""
        line = self.calibration
        return None if line is None else float(recalibrate([score], line.slope, line.intercept)[0])

    def at(self, prevalence: float | None) -> Locked:
        """Carry probabilities over to another prevalence; None leaves them as they are."""
        if prevalence is None or self.calibration is None or self.prevalence is None:
            return self
        line = at_prevalence(self.calibration, self.prevalence, prevalence)
        return replace(self, calibration=line, prevalence=prevalence)


def notice_of(synthetic: bool, update: str = "") -> str:
    """Return what every film says of its use.

    Args:
        synthetic: Whether the model was trained on phantoms.
        update: By which update at a site scores are read, in a sentence.
    """
    return " ".join(filter(None, [NOTICE, SYNTHETIC_MODEL if synthetic else "", update]))


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
    learnt = replace(locked, calibration=found.map, prevalence=found.prevalence)
    return learnt.at(options.prevalence)


def decide(
    file: Mapping[Any, Any], locked: Locked, notice: str, judged: Mapping[Any, Any] | None = None
) -> FilmPrediction:
    """Predict one film that could be read, and keep the reason for any other file.

    Args:
        file: path, sha256, reason (empty where readable), note and warning; bytes, width, height
            and source where they are known.
        locked: Threshold, zone and calibration.
        notice: What every film says of its use; a phantom says that it is one as well.
        judged: Score of a film that was read, and `JUDGED` of it.

    Returns:
        `prediction` is made in the grey zone too; `grey_zone` says that a human should look
        first. What is predicted is missing where the file could not be read; the prediction is
        where the user wants none out of distribution, and the probability wherever a film is,
        for the calibration was fitted on no such films.
    """
    low, high = locked.zone or (None, None)
    phantom = file.get(Column.SOURCE) == Source.PHANTOMS
    record = FilmPrediction(
        **{name: file[name] for name in _OF_FILE if name in file},
        prevalence=locked.prevalence,
        model=locked.model,
        fingerprint=locked.fingerprint,
        threshold=locked.threshold,
        zone_low=low,
        zone_high=high,
        notice=f"{notice} {SYNTHETIC_FILM}" if phantom else notice,
    )
    if record.reason or judged is None:
        return record
    score, outside = float(judged[Column.SCORE]), bool(judged[Column.OUT_OF_DISTRIBUTION])
    called = Label.PNEUMONIA if score >= locked.threshold else Label.NORMAL
    return replace(
        record,
        prediction=None if outside and not locked.decides_all else called,
        grey_zone=low is not None and high is not None and low <= score < high,
        score=score,
        probability=None if outside else locked.probability(score),
        out_of_distribution=outside,
        **{name.value: judged[name] for name in JUDGED[1:]},
    )


def as_table(predictions: Iterable[FilmPrediction]) -> pd.DataFrame:
    """Put predictions into one table, a row each, columns `COLUMNS`."""
    rows = [[getattr(one, name) for name in COLUMNS] for one in predictions]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype(dict.fromkeys(_NUMBERS, "float64") | {Column.SCORE: "float32"})


def predict(scored: pd.DataFrame, locked: Locked, notice: str) -> pd.DataFrame:
    """Predict every radiograph that could be read, and keep a row with a reason for the others.

    Args:
        scored: What `decide` takes of a file, score and `JUDGED`; missing where there is a reason.
        locked: Threshold, zone and calibration.
        notice: What every row says of its use.

    Returns:
        One row a file, columns `COLUMNS`, in the order and with the index of the files.
    """
    rows = scored.to_dict("records")
    table = as_table(decide(row, locked, notice, row) for row in rows)
    return table.set_index(scored.index)


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

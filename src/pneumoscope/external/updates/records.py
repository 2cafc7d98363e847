"""An update of a model at a site, typed: `06_models/<model>/site_updates/*.json` are its JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import CalibrationMap, OperatingPoint, SplitCalibration
from pneumoscope.naming import Consequence, Label, Recalibration


@dataclass(frozen=True)
class Reading:
    """How scores are read: as predictions, and as probabilities.

    Attributes:
        operating_point: The threshold, or grey zone.
        probability: From scores to probabilities; None without a calibration.
        prevalence: Share of PNEUMONIA that probabilities hold for; None where that is unknown.
        method: What was fitted to get here from what was locked.
        kept: Why nothing was fitted; None where something was.
    """

    operating_point: OperatingPoint
    probability: CalibrationMap | None
    prevalence: float | None
    method: Recalibration = Recalibration.NONE
    kept: str | None = None


@dataclass(frozen=True)
class Part:
    """Films of a site on one side of a cut by patient."""

    radiographs: int
    patients: int
    classes: Mapping[Label, int]


@dataclass(frozen=True)
class Change:
    """A measure on the same films without an update and with it.

    Attributes:
        before: As it was locked.
        after: With the update.
        difference: After minus before, paired by patient.
    """

    before: Estimate
    after: Estimate
    difference: Estimate


@dataclass(frozen=True)
class Worth:
    """What updates fitted on so many films do to films of other patients of the site.

    Attributes:
        radiographs: Films that each was fitted on, the mean over the cuts.
        patients: Their patients, likewise.
        methods: Share of the cuts in which each recalibration was fitted.
        kept: Share of the cuts in which nothing could be fitted.
        brier: Brier score of the probabilities.
        sensitivity: At the threshold.
        specificity: At the threshold.
        aim: Which of the measures the threshold is judged by.
        aimed: That measure.
    """

    radiographs: float
    patients: float
    methods: Mapping[Recalibration, float]
    kept: float
    brier: Change
    sensitivity: Change
    specificity: Change
    aim: Consequence
    aimed: Change


@dataclass(frozen=True)
class SiteUpdate:
    """What films of a site change in how a model's scores are read there.

    It is locked when it is fitted, beside the lock of the model, and applied where it is named.

    Attributes:
        site: Name of the site.
        model: Name of the model or ensemble.
        fingerprint: SHA-256 of its weights.
        lock: SHA-256 over the lock that it updates.
        films: SHA-256 over the films of the site.
        confidence: Coverage of the intervals.
        refused: Why it is not offered; None where it is shown to help.
        reading: How scores are read with it; None where nothing could be fitted.
        zones: Share of the films that it was fitted on, as text, to the zone around its threshold
            that holds it.
        fitted_on: The films that it was fitted on.
        measured_on: Films of other patients of the site.
        worth: What it does to these.
        calibration: How far probabilities are right on these, without it and with it.
        without_key: Patients of whom nothing tells which films are theirs: a patient a film.
        cuts: How many cuts by patient the curve is the mean of.
        curve: What updates on fewer films are worth, by their number, ascending.
    """

    site: str
    model: str
    fingerprint: str
    lock: str
    films: str
    confidence: float
    refused: str | None
    reading: Reading | None = None
    zones: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    fitted_on: Part | None = None
    measured_on: Part | None = None
    worth: Worth | None = None
    calibration: SplitCalibration | None = None
    without_key: int = 0
    cuts: int = 0
    curve: Sequence[Worth] = ()

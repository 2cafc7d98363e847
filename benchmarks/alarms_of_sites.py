"""Worlds of sites that are as validation is, and of hard films that are as the others are."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from interval_coverage import STEEPNESS, Setting, draw
from null_worlds import (
    OPEN,
    OPTIONS,
    SHOWN,
    Draw,
    Scenario,
    any_of,
    logits,
    pair,
    read,
    rows_of,
    with_logits,
)
from scipy.special import logit

from pneumoscope.acquisition.hard import hard_films
from pneumoscope.evaluation.elsewhere import measure_elsewhere
from pneumoscope.evaluation.metrics import measure_metrics
from pneumoscope.evaluation.records import CalibrationMap, OperatingPoint
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.thresholds.operating_points import lock_threshold
from pneumoscope.evaluation.verdict import Verdict, difference
from pneumoscope.external.records import Flagged
from pneumoscope.external.updates.curve import measure_curve
from pneumoscope.external.updates.records import Reading
from pneumoscope.external.updates.verdicts import Effect, effect
from pneumoscope.external.updates.worth import cut_patients, measure_worth
from pneumoscope.external.verdicts import (
    REFERENCES,
    expectation_verdict,
    flagged_sentence,
    site_verdict,
)
from pneumoscope.naming import Split
from pneumoscope.options import SiteUpdateOptions
from pneumoscope.out_of_distribution.detection import count_found
from pneumoscope.out_of_distribution.false_alarms import is_beyond, limit_false_alarms
from pneumoscope.report.sections.elsewhere import drop_in_words

_HARD = 0.5
"""AUROC of the class by the periphery among hard films, at most."""
_UPDATE = SiteUpdateOptions(films=(25,), cuts=4)


def other_site(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether test or validation fails to hold at a site; the effect is that on NORMAL."""
    validation, test = pair(setting, rng)
    there = _moved(setting, effect, rng)
    cut = _locked(validation).threshold
    found, *evaluated = (
        {metric: one.estimate for metric, one in measure_metrics(sample, cut, OPTIONS).items()}
        for sample in (there, test, validation)
    )
    words = [
        site_verdict(
            "clinic", reference, {m: difference(found[m], known[m]) for m in found}, sites=1
        )
        for reference, known in zip(REFERENCES, evaluated, strict=True)
    ]
    return any_of(read(one, "At clinic", "holds at clinic within") for one in words)


def hard_validation(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether a model is said to do worse on hard films; the effect is that it asks who took one.

    The periphery tells the class with an AUROC of 0.9, of which the model otherwise knows nothing.
    """
    measured = _elsewhere(setting, effect, rng)
    return OPEN if measured is None else read(drop_in_words(measured), "lower by", "no figure is")


def expectation(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether a site is said to contradict hard validation; the effect is a shift of NORMAL."""
    (validation,) = draw(setting, rng)
    hard = _hard(validation, rng)
    if hard is None:
        return OPEN
    point = _locked(validation)
    expected = measure_elsewhere(_validation(validation, hard), point, OPTIONS)
    found = measure_metrics(_moved(setting, effect, rng), point.threshold, OPTIONS)
    one: Any = SimpleNamespace(
        measured=SimpleNamespace(elsewhere=expected),
        metrics=SimpleNamespace(metrics={metric: each.estimate for metric, each in found.items()}),
    )
    words = " ".join(expectation_verdict("clinic", one, sites=1))
    return read(words, "contradicts", "confirms")


def flagged(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether a site is said to have other films; the effect is that they lie further from train.

    As many are flagged as `evaluation.out_of_distribution` promises by default.
    """
    validation, there = (_distances(setting, rng) for _ in range(2))
    limits = limit_false_alarms(
        validation.distance.to_numpy(), validation.patient_id.to_numpy(dtype=str),
        OPTIONS.out_of_distribution.false_alarms, "",
    )  # fmt: skip
    beyond = is_beyond(limits, there.distance.to_numpy() * (3 if effect else 1))
    found = count_found(there.assign(beyond=beyond), OPTIONS.confidence)
    words = flagged_sentence("clinic", Flagged(found, limits.promised, limits.patients))
    return read(words, "other films", "no more than")


def update(setting: Setting, shifted: bool, rng: Draw) -> Verdict:
    """Whether an update at a site is offered; without effect nothing can be gained there."""
    rows, locked = _site(setting, shifted, rng)
    cuts = cut_patients(Sample.of_rows(rows), _UPDATE, seed=int(rng.integers(2**31)))
    found = effect(measure_worth(rows, cuts[:1], None, locked, OPTIONS))
    return SHOWN if found is Effect.HELPS else OPEN


def update_curve(setting: Setting, shifted: bool, rng: Draw) -> Verdict:
    """Whether updates on any number of films are said to help; as for one update."""
    rows, locked = _site(setting, shifted, rng)
    seed = int(rng.integers(2**31))
    cuts = cut_patients(Sample.of_rows(rows), _UPDATE, seed)
    curve = measure_curve(rows, cuts, _UPDATE, locked, OPTIONS, seed)
    helps = (effect(worth, len(curve)) is Effect.HELPS for worth in curve)
    return SHOWN if any(helps) else OPEN


WORLDS: dict[str, Scenario] = {
    "what the evaluation shows does not hold at a site": other_site,
    "a model does worse on hard films": hard_validation,
    "a site contradicts hard validation": expectation,
    "a site has films unlike those of train": flagged,
    "an update at a site helps": update,
    "updates on so many films help": update_curve,
}


def _locked(validation: Sample) -> OperatingPoint:
    return lock_threshold(rows_of({Split.VALIDATION: validation}), OPTIONS.threshold)


def _moved(setting: Setting, effect: bool, rng: Draw) -> Sample:
    (there,) = draw(setting, rng)
    return with_logits(there, logits(there) + 1.5 * effect * ~there.label)


def _validation(sample: Sample, hard: Any) -> pd.DataFrame:
    return rows_of({Split.VALIDATION: sample}).assign(hard=hard)


def _hard(sample: Sample, rng: Draw, seen: Any = None) -> Any:
    seen = _periphery(sample, rng) if seen is None else seen
    found = hard_films(sample.label, sample.patient.astype(str), seen, _HARD)
    return None if found.share is None else found.members


def _periphery(sample: Sample, rng: Draw) -> Any:
    noise = rng.normal(size=sample.patients)[sample.patient] + rng.normal(size=sample.label.size)
    return 1.8 * sample.label + noise / np.sqrt(2)


def _elsewhere(setting: Setting, effect: bool, rng: Draw) -> Any:
    (sample,) = draw(setting, rng)
    seen = _periphery(sample, rng)
    hard = _hard(sample, rng, seen)
    if hard is None:
        return None
    sample = with_logits(sample, logits(sample) + 3 * effect * (seen - seen.mean()))
    return measure_elsewhere(_validation(sample, hard), _locked(sample), OPTIONS)


def _distances(setting: Setting, rng: Draw) -> pd.DataFrame:
    count = rng.choice(setting.radiographs, size=setting.patients)
    patient = np.repeat(np.arange(setting.patients), count)
    noise = rng.normal(size=setting.patients)[patient] + rng.normal(size=patient.size)
    return pd.DataFrame({"patient_id": patient.astype(str), "distance": np.exp(noise)})


def _site(setting: Setting, shifted: bool, rng: Draw) -> tuple[pd.DataFrame, Reading]:
    """Draw a site, and the reading of scores that is best without a shift."""
    (sample,) = draw(setting, rng)
    sample = with_logits(sample, logits(sample) + 2.0 * shifted)
    line = CalibrationMap(setting.distance / STEEPNESS, float(logit(setting.share)))
    return (
        rows_of({Split.TEST: sample}),
        Reading(OperatingPoint("youden", 0.5, ""), line, setting.share),
    )

"""How often a verdict announces what is not there, and how often what is.

python benchmarks/false_alarms.py [--runs 400]

Validation and test are drawn from one distribution, and altered films from two equally good
readings of the same radiographs: whatever is announced then is a false alarm. Then an effect is
put in. The sentences of the report are read, or the verdict behind them. Prints a table in
Markdown, for docs/evaluation.md.
"""

import argparse
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any

import alarms_of_films
import alarms_of_models
import alarms_of_sites
import numpy as np
import pandas as pd
from interval_coverage import STEEPNESS, Setting, draw
from null_worlds import (
    BOUNDED,
    LARGE,
    OPEN,
    OPTIONS,
    SHOWN,
    SMALL,
    SPLITS,
    Draw,
    Scenario,
    any_of,
    captions,
    logits,
    noisy,
    pair,
    read,
    rows_of,
    with_logits,
)
from scipy.special import logit

from pneumoscope.evaluation.calibration.measure import measure_calibration
from pneumoscope.evaluation.conformal import measure_conformal
from pneumoscope.evaluation.deficits import deficits
from pneumoscope.evaluation.metrics import measure_metrics
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.thresholds.deferral import measure_grey_zone
from pneumoscope.evaluation.thresholds.operating_points import lock_threshold
from pneumoscope.evaluation.verdict import MARGIN, Verdict, judge_excess
from pneumoscope.models.training.history import EpochReport, History
from pneumoscope.naming import FeatureSet, Label, Split
from pneumoscope.report.carried_over import carried_over
from pneumoscope.report.sections.calibration import calibration_section
from pneumoscope.report.sections.grey_zone import grey_zone_section
from pneumoscope.robustness.curves import measure_curves
from pneumoscope.robustness.domain_classifier import domain_auroc
from pneumoscope.robustness.shortcuts import measure_shortcuts
from pneumoscope.robustness.variants import CONDITIONS
from pneumoscope.robustness.verdicts import shift_verdict

KINDS = (2, 2, 3, 3, 2)
"""Groups of each attribute of a radiograph, at random."""
NUMBERS = 16


def threshold(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether the threshold carries over; the effect takes NORMAL on test nearer to PNEUMONIA."""
    validation, test = pair(setting, rng)
    if effect:
        test = with_logits(test, logits(test) + 1.5 * ~test.label)
    point = lock_threshold(rows_of({Split.VALIDATION: validation}), OPTIONS.threshold)
    splits: dict[str, Any] = {
        split: SimpleNamespace(
            metrics={
                metric: found.estimate
                for metric, found in measure_metrics(sample, point.threshold, OPTIONS).items()
            }
        )
        for split, sample in ((Split.VALIDATION, validation), (Split.TEST, test))
    }
    return carried_over(splits)[0]


def calibration_map(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether the map holds on test; the effect raises all logits there by 1."""
    validation, test = pair(setting, rng)
    words = _calibrated(validation, with_logits(test, logits(test) + effect))
    return read(words, "The map does not hold", "The map holds")


def calibrating(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether calibrating is said to help scores that are right; the effect is overconfidence."""
    validation, test = (_true(sample, setting) for sample in pair(setting, rng))
    factor = 3 if effect else 1
    words = _calibrated(*(with_logits(one, factor * logits(one)) for one in (validation, test)))
    return read(words, "Calibrating helps", "Calibrating changes little")


def score_errors(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether right scores are said to err; the effect is overconfidence."""
    validation, test = (_true(sample, setting) for sample in pair(setting, rng))
    factor = 3 if effect else 1
    words = _calibrated(validation, with_logits(test, factor * logits(test)))
    return read(words, "scores are too|scores are not|scores are on", "never")


def deferral(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether deferring is said to change accuracy; without effect scores tell no doubt."""
    samples = pair(setting, rng)
    if not effect:
        # As many errors as before, spread over all distances from the threshold.
        samples = [
            with_logits(
                one, np.where(logits(one) > 0, 1, -1) * rng.exponential(size=one.label.size)
            )
            for one in samples
        ]
    zones = measure_grey_zone(rows_of(dict(zip(SPLITS, samples, strict=True))), 0.5, OPTIONS)
    words = captions(_grey_zone(zones, samples))
    return read(words, "raises the accuracy|lowers the accuracy", "hardly changes")


def conformal(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether the promise of conformal sets is said to be broken; the effect is that on NORMAL."""
    validation, test = pair(setting, rng)
    test = with_logits(test, logits(test) + 1.5 * effect * ~test.label)
    words = captions(_grey_zone({}, [validation, test]))
    return read(words, "falls short", "Reached on test")


def subgroups(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether any of 12 kinds is said to be served worse; the effect is that on the first."""
    (sample,) = draw(setting, rng)
    kinds = {
        (attribute, group): (groups == group)[sample.patient]
        for attribute, count in enumerate(KINDS)
        for groups in [rng.integers(count, size=sample.patients)]
        for group in range(count)
    }
    if effect:
        hard = kinds[0, 0] * np.where(sample.label, -1.5, 1.5)
        sample = with_logits(sample, logits(sample) + hard)
    behind = deficits(sample, 0.5, kinds, OPTIONS.confidence)
    return any_of(judge_excess(one, MARGIN) for found in behind.values() for one in found.values())


def shift(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether validation or test of either class is told from train; the effect moves a number."""
    verdicts = []
    for label in Label:
        of_class = round(setting.patients * setting.share / 2)
        for split in (Split.VALIDATION, Split.TEST):
            count = rng.choice(setting.radiographs, size=4 * of_class)
            patient = np.repeat(np.arange(4 * of_class), count)
            group = patient < of_class
            values = rng.normal(size=(4 * of_class, NUMBERS))[patient]
            values += rng.normal(size=values.shape)
            values[:, 0] += 2 * effect * group
            found = domain_auroc(
                pd.DataFrame(values), group, patient.astype(str), OPTIONS.confidence, 7
            )
            words = shift_verdict(dict.fromkeys(FeatureSet, found), [], split, label)
            verdicts.append(read(words, "is separable from train", "of chance"))
    return any_of(verdicts)


def centre_gone(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether films without their centre are said to be ranked; the effect is an AUROC of 0.7."""
    (whole,) = draw(setting, rng)
    (left,) = draw(replace(setting, auroc=0.7 if effect else 0.5), rng)
    words = _ablated(
        whole, left if left.label.size == whole.label.size else _like(whole, effect, rng)
    )
    return read(words["centre blacked out"], "still ranks|wrong way", "of chance")


def centre_alone(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether the model is said to use what surrounds the centre; without it, noise is added."""
    words = _ablated(*_readings(setting, effect, rng))
    return read(words["centre alone"], "also uses", "does not drop by")


def degradation(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether a drop is named at any of five strengths; the effect is at the last two."""
    whole, *degraded = draw(setting, rng, models=6)
    if effect:
        degraded[3:] = [noisy(sample, rng) for sample in degraded[3:]]
    tables = [rows_of({Split.TEST: whole}).assign(variant="as it is", strength=np.nan)]
    tables += [
        rows_of({Split.TEST: sample}).assign(variant="blur", strength=float(strength))
        for strength, sample in enumerate(degraded)
    ]
    found = measure_curves(pd.concat(tables), setting.threshold, MARGIN, OPTIONS)
    return read(found.curves["blur"].verdict, "drops from", "No metric drops")


def overfitting(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether a validation loss on a plateau is called overfitting; the effect is a rise by half.

    Neighbouring epochs resemble each other (0.7); the more patients, the less noise.
    """
    epochs = np.arange(24)
    noise = 0.2 / np.sqrt(setting.patients) * rng.normal(size=60)
    for epoch in range(1, 60):
        noise[epoch] = 0.7 * noise[epoch - 1] + np.sqrt(1 - 0.7**2) * noise[epoch]
    rise = 0.5 * effect * np.clip(epochs - 4, 0, None) / 19
    validation = 0.4 * (1 + np.exp(-epochs) + rise + noise[-24:])
    columns = {name.name: 0.5 for name in fields(EpochReport)}
    table = pd.DataFrame(columns, index=epochs).assign(
        epoch=epochs + 1, phase="training", loss=0.4 * np.exp(-epochs / 8),
        validation_loss=validation, kept=epochs == validation.argmin(),
    )  # fmt: skip
    return SHOWN if History.of(table).overfits else OPEN


SCENARIOS: dict[str, Scenario] = {
    "the threshold does not carry over": threshold,
    "the calibration map does not hold on test": calibration_map,
    "calibrating helps": calibrating,
    "scores are too high, low or extreme": score_errors,
    "deferral changes the accuracy": deferral,
    "test breaks the promise of conformal sets": conformal,
    "a kind of radiograph is served worse": subgroups,
    "a split can be told from train": shift,
    "the model ranks without the centre": centre_gone,
    "the model also uses what surrounds the centre": centre_alone,
    "a metric drops as films are degraded": degradation,
    "overfitting": overfitting,
    **alarms_of_models.WORLDS,
    **alarms_of_sites.WORLDS,
    **alarms_of_films.WORLDS,
}


SLOWER = {
    "a split can be told from train": 4,
    "a model does worse on hard films": 2,
    "a site contradicts hard validation": 2,
    "updates on so many films help": 8,
    "a number without a lung tells the class": 4,
    "what lies outside the centre tells the class": 4,
    "pseudo-sites mix the classes otherwise": 4,
}
"""By how much fewer draws are made where one takes long."""


def draws(name: str, runs: int) -> int:
    """Return how often a world is drawn where most are drawn `runs` times."""
    return runs // SLOWER.get(name, 1)


def rates(scenario: Scenario, setting: Setting, effect: bool, runs: int) -> dict[Verdict, float]:
    """Return the share of runs that end with each verdict."""
    rng = np.random.default_rng(11)
    found = [scenario(setting, effect, rng) for _ in range(runs)]
    return {verdict: float(np.mean([one is verdict for one in found])) for verdict in Verdict}


def _true(sample: Sample, setting: Setting) -> Sample:
    """Make scores the probabilities that they claim to be."""
    return with_logits(sample, logits(sample) * setting.distance / STEEPNESS + logit(setting.share))


def _like(sample: Sample, effect: bool, rng: Draw) -> Sample:
    """Score the same radiographs by what is left of them: an AUROC of 0.7, or chance."""
    of_patient = rng.normal(size=sample.patients)[sample.patient]
    noise = (of_patient + rng.normal(size=sample.label.size)) / np.sqrt(2)
    return with_logits(sample, 0.74 * effect * sample.label + noise)


def _readings(setting: Setting, effect: bool, rng: Draw) -> list[Sample]:
    first, second = draw(setting, rng, models=2)
    return [first, noisy(second, rng) if effect else second]


def _calibrated(validation: Sample, test: Sample) -> str:
    rows = rows_of({Split.VALIDATION: validation, Split.TEST: test})
    found: Any = SimpleNamespace(calibration=measure_calibration(rows, OPTIONS))
    return captions(calibration_section({"model": found}, {"model": b""}))


def _grey_zone(zones: Any, samples: list[Sample]) -> Any:
    sets = measure_conformal(rows_of(dict(zip(SPLITS, samples, strict=True))), OPTIONS)
    found: Any = SimpleNamespace(grey_zone=zones, conformal=sets)
    return grey_zone_section({"model": found}, b"")


def _ablated(whole: Sample, altered: Sample) -> dict[str, str]:
    rows = pd.concat(
        rows_of({Split.TEST: whole if name == CONDITIONS[0] else altered}).assign(variant=name)
        for name in CONDITIONS
    )
    found = measure_shortcuts(rows, 0.5, OPTIONS)
    return {name: one.verdict for name, one in found.ablations.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--only", nargs="*", default=list(SCENARIOS))
    arguments = parser.parse_args()
    print("| announced | patients | draws | false alarms | bounded | a real effect is announced |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name in arguments.only:
        for setting in (SMALL, LARGE):
            runs = draws(name, arguments.runs)
            none, some = (rates(SCENARIOS[name], setting, one, runs) for one in (False, True))
            print(
                f"| {name} | {setting.patients} | {runs} | {none[SHOWN]:.1%} | "
                f"{none[BOUNDED]:.0%} | {some[SHOWN]:.0%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

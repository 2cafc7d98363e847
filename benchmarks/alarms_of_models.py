"""Worlds of equal models and runs, and of scores that promise no more than they hold."""

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
    noisy,
    pair,
    read,
    rows_of,
    with_logits,
)
from scipy.special import logit

from pneumoscope.evaluation.decision_curves import measure_decision_curves
from pneumoscope.evaluation.metrics import estimate_metrics, measure_metrics
from pneumoscope.evaluation.pairs import compare_pairs
from pneumoscope.evaluation.records import CalibrationMap, OperatingPoint
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.verdict import MARGIN, Verdict, difference
from pneumoscope.learning_curve.measure import measure_curve as measure_learning_curve
from pneumoscope.learning_curve.verdicts import curve_sentences
from pneumoscope.naming import Metric, Split
from pneumoscope.report.sections.decision_curves import in_words
from pneumoscope.report.sections.protocol_bias import excess_in_words
from pneumoscope.report.sections.robustness import most_fragile
from pneumoscope.report.standing import standing, standing_in_words
from pneumoscope.robustness.curves import measure_curves
from pneumoscope.runs.compare import compare_runs
from pneumoscope.studies.records import TargetVerdict
from pneumoscope.studies.targets import judge_target

_KINDS = ("blur", "noise", "contrast")
_RARE = OPTIONS.model_copy(update={"prevalences": (0.1, 0.3)})


def models(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether any of three equally good models is said to be better; the effect spoils one."""
    samples = draw(setting, rng, models=3)
    if effect:
        samples[2] = noisy(samples[2], rng)
    tables = {name: rows_of({Split.TEST: one}) for name, one in zip("abc", samples, strict=True)}
    pairs = compare_pairs(tables, dict.fromkeys(tables, setting.threshold), OPTIONS)
    words = " ".join(
        standing_in_words(standing(pairs, name, OPTIONS.primary_endpoint)) for name in tables
    )
    return read(words, "shown to be better|shown to be worse", "differs by no more")


def runs(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether two models differ from those of an equal run; the effect spoils both."""
    first, second, *others = draw(setting, rng, models=4)
    if effect:
        others = [noisy(one, rng) for one in others]
    compared = compare_runs(
        _run([first, second], setting, "mine"), _run(others, setting, "theirs"), OPTIONS
    )
    assert not compared.films.obstacle
    return any_of(one.verdict for one in compared.differences)


def runs_of_other_films(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether two models differ from those of an equal run on films of other patients."""
    first, second = draw(setting, rng, models=2), draw(setting, rng, models=2)
    if effect:
        second = [noisy(one, rng) for one in second]
    compared = compare_runs(
        _run(first, setting, "mine"), _run(second, setting, "theirs", "others"), OPTIONS
    )
    return any_of(one.verdict for one in compared.differences)


def learning_curve(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether more films are said to help; the effect spoils what was trained on fewer."""
    shares, seeds = (0.125, 0.25, 0.5, 1.0), (0, 1, 2)
    samples = iter(draw(setting, rng, models=len(shares) * len(seeds)))
    fits = []
    for share in shares:
        for seed in seeds:
            sample = next(samples)
            if effect and share < 1:
                sample = noisy(sample, rng)
            fits.append(
                rows_of({Split.VALIDATION: sample}).assign(
                    share=share, seed=seed, patients=round(1000 * share), radiographs=1500 * share
                )
            )
    films: Any = SimpleNamespace(sha256="", sources=SimpleNamespace(phantoms=0))
    curve = measure_learning_curve("cnn", fits, films, OPTIONS.confidence)
    return read(" ".join(curve_sentences(curve)), "do better than", "never")


def net_benefit(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether acting on scores is said to pay; without effect they are drawn at random."""
    (sample,) = draw(setting, rng)
    if not effect:
        sample = with_logits(sample, rng.permutation(logits(sample)))
    line: Any = SimpleNamespace(
        map=CalibrationMap(setting.distance / STEEPNESS, float(logit(setting.share))),
        prevalence=setting.share, reason=None,
    )  # fmt: skip
    curves = measure_decision_curves(rows_of({Split.TEST: sample}), line, _RARE)
    words = " ".join(in_words("cnn", curves))
    return read(words, "is shown to be worth more", "never")


def target(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether a specificity that lies at the bound is said to be shown above it, or 0.1 above."""
    (sample,) = draw(setting, rng)
    found = estimate_metrics(
        rows_of({Split.TEST: sample}), setting.threshold, OPTIONS, [Metric.SPECIFICITY]
    )[Metric.SPECIFICITY]
    bound = setting.specificity - 0.1 * effect
    return SHOWN if judge_target(found, bound) is TargetVerdict.MET else OPEN


def optimism(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether validation is said to flatter any of four; the effect is noise on their test."""
    excesses = {}
    for name in "abcd":
        validation, test = pair(setting, rng)
        test = noisy(test, rng) if effect else test
        one, other = (
            measure_metrics(sample, setting.threshold, OPTIONS)[Metric.AUROC].estimate
            for sample in (validation, test)
        )
        excesses[name] = difference(one, other)
    return read(excess_in_words(excesses), "shown for", "shown to stay below")


def mildest(setting: Setting, effect: bool, rng: Draw) -> Verdict:
    """Whether a drop is named at the mildest strength of three kinds; the effect is on one."""
    whole, *altered = draw(setting, rng, models=1 + len(_KINDS))
    if effect:
        altered[0] = noisy(altered[0], rng)
    tables = [rows_of({Split.TEST: whole}).assign(variant="as it is", strength=np.nan)]
    tables += [
        rows_of({Split.TEST: sample}).assign(variant=kind, strength=1.0)
        for kind, sample in zip(_KINDS, altered, strict=True)
    ]
    found: Any = SimpleNamespace(
        degradations=measure_curves(pd.concat(tables), setting.threshold, MARGIN, OPTIONS)
    )
    return read(most_fragile({"cnn": found}), "costs most", "never")


WORLDS: dict[str, Scenario] = {
    "a model is better than another": models,
    "a run differs from another": runs,
    "a run differs from one on other films": runs_of_other_films,
    "more films of this source help": learning_curve,
    "acting on the scores pays": net_benefit,
    "a study's target is met": target,
    "validation flatters": optimism,
    "the mildest degradation costs": mildest,
}


def _run(samples: list[Sample], setting: Setting, name: str, films: str = "films") -> Any:
    models = {
        chr(ord("a") + number): SimpleNamespace(
            test=rows_of({Split.TEST: sample}).assign(sha256=films),
            metrics=SimpleNamespace(
                operating_point=OperatingPoint("fixed", setting.threshold, ""),
                model=SimpleNamespace(fingerprint=name),
            ),
        )
        for number, sample in enumerate(samples)
    }
    return SimpleNamespace(models=models)

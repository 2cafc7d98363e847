"""A study measured: every arm, what its protocol flatters, and whether the target is met."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions, StudyOptions
from pneumoscope.studies.arms import Arm, Reader, readers
from pneumoscope.studies.comparison import differences, seen_and_unseen
from pneumoscope.studies.steps import climb, tuned_readers, tuning_on_test
from pneumoscope.studies.targets import (
    calling_everyone_ill,
    choose_reader,
    judge,
    on_validation,
)


def measure_study(
    study: StudyOptions, evaluation: EvaluationOptions, arms: Mapping[str, Arm]
) -> dict:
    """Measure a study.

    Args:
        study: The study.
        evaluation: Confidence and bins.
        arms: Name of each protocol to what it gave; the same models in each.

    Returns:
        `study` (its options), `arms` (by arm its flaws and, for test and validation, n, patients
        and by model the metrics),
        `differences` (by arm that is not the honest one, by model and metric, its test minus the
        honest one's),
        `seen` (by arm that tears children apart and model), `steps` and `tuning_on_test` of a
        ladder, `chosen` (what validation chooses under the honest protocol, and the verdict) and
        `everyone_ill` (the metrics of calling every film PNEUMONIA). Plain values for JSON.
    """
    honest = readers(arms[study.honest])
    last = list(honest.values())[-1]
    candidates = [*honest.values(), *tuned_readers(last, study.tuned)]
    return {
        "study": study.model_dump(mode="json"),
        "arms": {name: _describe(arm, study.metrics) for name, arm in arms.items()},
        "differences": {
            name: _differences(readers(arm), honest, study.metrics, evaluation)
            for name, arm in arms.items()
            if name != study.honest
        },
        "seen": {
            name: _seen(arm, study.metrics, evaluation)
            for name, arm in arms.items()
            if _tears_children_apart(arm)
        },
        "steps": climb(candidates, study.metrics, evaluation) if study.ladder else [],
        "tuning_on_test": tuning_on_test(last, study.tuned, study.metrics, evaluation),
        "chosen": _choose(candidates, study, evaluation),
        "everyone_ill": calling_everyone_ill(last, study.metrics, evaluation),
    }


def _describe(arm: Arm, metrics: Sequence[Metric]) -> dict:
    parts = {split.value: _part(arm, split, metrics) for split in (Split.VALIDATION, Split.TEST)}
    return {"flaws": list(arm.flaws), **parts}


def _part(arm: Arm, split: Split, metrics: Sequence[Metric]) -> dict:
    measured = {name: found.splits[split] for name, found in arm.metrics.items()}
    first = next(iter(measured.values()))
    return {
        "n": first.n,
        "patients": first.patients,
        "models": {
            name: {metric.value: asdict(found.metrics[metric]) for metric in metrics}
            for name, found in measured.items()
        },
    }


def _differences(
    flattered: Mapping[str, Reader],
    honest: Mapping[str, Reader],
    metrics: Sequence[Metric],
    evaluation: EvaluationOptions,
) -> dict:
    found = {
        name: differences(reader, honest[name], evaluation) for name, reader in flattered.items()
    }
    return {
        name: {metric.value: values[metric] for metric in metrics} for name, values in found.items()
    }


def _seen(arm: Arm, metrics: Sequence[Metric], evaluation: EvaluationOptions) -> dict:
    found = {
        name: seen_and_unseen(reader, arm.trained_on, evaluation)
        for name, reader in readers(arm).items()
    }
    kept = {metric.value for metric in metrics}
    return {
        name: {
            part: {**values, "metrics": {m: v for m, v in values["metrics"].items() if m in kept}}
            for part, values in parts.items()
        }
        for name, parts in found.items()
    }


def _tears_children_apart(arm: Arm) -> bool:
    scores = next(iter(arm.scores.values()))
    tested = scores.loc[scores[Column.SPLIT] == Split.TEST, Column.PATIENT_ID]
    return bool(tested.isin(arm.trained_on).any())


def _choose(
    candidates: Sequence[Reader], study: StudyOptions, evaluation: EvaluationOptions
) -> dict:
    target = study.target
    chosen = choose_reader(candidates, target, evaluation)
    tested = estimate_metrics(chosen.on(Split.TEST), chosen.threshold, evaluation)
    told = on_validation(chosen, evaluation)
    return {
        "name": chosen.name,
        "threshold": chosen.threshold,
        "validation": {metric.value: told[metric] for metric in study.metrics},
        "test": {metric.value: asdict(tested[metric]) for metric in study.metrics},
        "verdict": judge(asdict(tested[target.metric]), target.at_least).value,
    }

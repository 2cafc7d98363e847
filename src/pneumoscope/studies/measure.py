"""A study measured: every protocol, its bias, and whether the target is met."""

from collections.abc import Mapping, Sequence

from pneumoscope.naming import Metric, Split
from pneumoscope.options import EvaluationOptions, StudyOptions
from pneumoscope.studies.arms import Arm
from pneumoscope.studies.comparison import compare, measure_leakage
from pneumoscope.studies.records import ProtocolResult, SplitSummary, StudyFindings
from pneumoscope.studies.steps import (
    compare_steps,
    measure_step,
    tune_on_test,
    with_tuned_thresholds,
)
from pneumoscope.studies.targets import all_positive_baseline, choose_classifier, judge_target


def measure_study(
    study: StudyOptions, evaluation: EvaluationOptions, arms: Mapping[str, Arm]
) -> StudyFindings:
    """Measure a study.

    Args:
        study: The study.
        evaluation: Confidence and bins.
        arms: Name of each protocol to what it gave; the same models in each.
    """
    metrics, judged = study.metrics, arms[study.honest].classifiers
    last = list(judged.values())[-1]
    candidates = [*judged.values(), *with_tuned_thresholds(last, study.tuned)]
    chosen = measure_step(
        choose_classifier(candidates, study.target, evaluation), metrics, evaluation
    )
    return StudyFindings(
        study=study,
        arms={name: _summary(arm, metrics) for name, arm in arms.items()},
        differences={
            arm_name: {
                name: compare(classifier, judged[name], metrics, evaluation)
                for name, classifier in arm.classifiers.items()
            }
            for arm_name, arm in arms.items()
            if arm_name != study.honest
        },
        leakage={
            arm_name: {
                name: measure_leakage(classifier, arm.trained_on, metrics, evaluation)
                for name, classifier in arm.classifiers.items()
            }
            for arm_name, arm in arms.items()
            if arm.has_patient_leakage
        },
        steps=compare_steps(candidates, metrics, evaluation) if study.stepwise else [],
        tuning=tune_on_test(last, study.tuned, metrics, evaluation),
        chosen=chosen,
        verdict=judge_target(chosen.test[study.target.metric], study.target.at_least),
        all_positive=all_positive_baseline(last, metrics, evaluation),
    )


def _summary(arm: Arm, metrics: Sequence[Metric]) -> ProtocolResult:
    validation, test = (_split(arm, split, metrics) for split in (Split.VALIDATION, Split.TEST))
    return ProtocolResult(list(arm.flaws), validation, test)


def _split(arm: Arm, split: Split, metrics: Sequence[Metric]) -> SplitSummary:
    measured = {name: found.splits[split] for name, found in arm.metrics.items()}
    first = next(iter(measured.values()))
    return SplitSummary(
        first.n,
        first.patients,
        {
            name: {metric: found.metrics[metric] for metric in metrics}
            for name, found in measured.items()
        },
    )

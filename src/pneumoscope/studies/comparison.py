"""The bias of a protocol: a model compared with itself under another, and patient leakage."""

from collections.abc import Sequence

import pandas as pd

from pneumoscope.evaluation.metrics import estimate_metrics, metric_differences
from pneumoscope.evaluation.verdict import difference
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions
from pneumoscope.studies.arms import Classifier
from pneumoscope.studies.records import Difference, LeakagePart, PatientLeakage


def compare(
    first: Classifier, second: Classifier, metrics: Sequence[Metric], options: EvaluationOptions
) -> Difference:
    """Subtract test metrics of the second from the first's, with intervals over patients.

    Where both were tested on the same radiographs they are paired by patient, which takes the
    difficulty of the films out of the comparison; else the two tests count as independent.

    Args:
        first: What is subtracted from.
        second: What is subtracted.
        metrics: Which metrics.
        options: Confidence and bins.
    """
    rows, others = first.on(Split.TEST), second.on(Split.TEST)
    paired = rows[Column.RADIOGRAPH_ID].tolist() == others[Column.RADIOGRAPH_ID].tolist()
    if paired:
        found = metric_differences(rows, others, (first.threshold, second.threshold), options)
        return Difference(True, {metric: found[metric] for metric in metrics})
    one, other = (each.measured(Split.TEST, metrics, options) for each in (first, second))
    return Difference(False, {metric: difference(one[metric], other[metric]) for metric in metrics})


def measure_leakage(
    classifier: Classifier,
    trained_on: frozenset[str],
    metrics: Sequence[Metric],
    options: EvaluationOptions,
) -> PatientLeakage:
    """Measure test films of patients that are in train too, and those of new patients.

    Args:
        classifier: A model of a split with patient leakage.
        trained_on: Patients of the training part.
        metrics: Which metrics.
        options: Confidence and bins.
    """
    rows = classifier.on(Split.TEST)
    leaked = rows[Column.PATIENT_ID].isin(trained_on)

    def part(films: pd.DataFrame) -> LeakagePart:
        patients = int(films[Column.PATIENT_ID].nunique())
        if films.empty:
            return LeakagePart(0, 0, {})
        found = estimate_metrics(films, classifier.threshold, options)
        return LeakagePart(len(films), patients, {metric: found[metric] for metric in metrics})

    return PatientLeakage(part(rows[leaked]), part(rows[~leaked]))

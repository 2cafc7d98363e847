"""The few numbers of each model that DVC compares: `dvc metrics show` and `dvc exp show`."""

from collections.abc import Mapping

from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Metric, Split

SHOWN = (Metric.AUROC, Metric.SENSITIVITY, Metric.SPECIFICITY)


def summarise(measured: Mapping[str, ModelMetrics]) -> dict[str, dict[str, float]]:
    """Return AUROC, sensitivity and specificity on test, by model.

    Few, since each is a column of a table with a row an experiment. One without a value is left
    out.
    """
    return {name: _numbers(one) for name, one in measured.items()}


def _numbers(measured: ModelMetrics) -> dict[str, float]:
    metrics = measured.splits[Split.TEST].metrics
    found = {metric.value: metrics[metric].value for metric in SHOWN}
    return {name: value for name, value in found.items() if value is not None}

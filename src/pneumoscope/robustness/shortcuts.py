"""What a model still knows once the lungs, the border or the traces of the archive are gone."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from pneumoscope.naming import Column, Label, Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness.drops import Baseline
from pneumoscope.robustness.variants import (
    AS_IT_IS,
    BORDER_ALONE,
    LUNGS_ALONE,
    LUNGS_GONE,
    SAME_ENCODING,
    SAME_QUALITY,
    VARIANT,
)
from pneumoscope.robustness.wording import cannot_be_said, fell, with_interval

Measured = Mapping[str, Mapping[str, Any]]

CHANCE = 0.5


def measure_shortcuts(scores: pd.DataFrame, threshold: float, options: EvaluationOptions) -> dict:
    """Measure test under every condition at the locked threshold, and say what follows.

    Args:
        scores: Columns radiograph_id, patient_id, label, variant and score; the films of each
            condition in one order.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Confidence of intervals.

    Returns:
        n, patients and, by condition, auroc, accuracy, sensitivity and specificity (value, low,
        high, and `fall` against the films as they are) and a verdict. Plain values, for JSON.
    """
    rows = {name: part for name, part in scores.groupby(VARIANT, sort=False) if name in _VERDICTS}
    whole = scores[scores[VARIANT] == AS_IT_IS]
    baseline = Baseline(whole, threshold, options)
    measured = {str(name): baseline.compare(part) for name, part in rows.items()}
    return {
        "n": len(whole),
        "patients": int(whole[Column.PATIENT_ID].nunique()),
        "conditions": {
            AS_IT_IS: baseline.measured,
            **{
                name: {**found, "verdict": _VERDICTS[name](found)}
                for name, found in measured.items()
            },
        },
    }


def _without_lungs(found: Measured) -> str:
    auroc = found[Metric.AUROC]
    if auroc["low"] is None:
        return cannot_be_said(auroc)
    if auroc["low"] > CHANCE:
        return (
            f"The model still ranks PNEUMONIA above NORMAL with {with_interval(auroc)}: it reads "
            "something other than lungs."
        )
    if auroc["high"] < CHANCE:
        return (
            f"The model ranks the classes the wrong way round, with {with_interval(auroc)}: what "
            "is left still moves it."
        )
    return (
        f"{with_interval(auroc)} is not better than chance: no shortcut was found in what is left."
    )


def _lungs_alone(found: Measured) -> str:
    fall = found[Metric.AUROC]["fall"]
    if fall["low"] is None:
        return cannot_be_said(found[Metric.AUROC])
    if fall["low"] > 0:
        return f"{fell(found, Metric.AUROC)}: the model also uses what surrounds the lungs."
    return f"{with_interval(found[Metric.AUROC])}: the model ranks as well by the lungs alone."


def _equalised(found: Measured) -> str:
    fall = found[Metric.AUROC]["fall"]
    if fall["low"] is None:
        return cannot_be_said(found[Metric.AUROC])
    told = (
        f"{fell(found, Metric.AUROC)}: part of what the model ranks by is fine grain, which "
        "compression changes."
        if fall["low"] > 0
        else f"{with_interval(found[Metric.AUROC])}: no sign that the ranking rests on how films "
        "were compressed."
    )
    return " ".join([told, *_moved(found)])


def _moved(found: Measured) -> list[str]:
    """The threshold may fail where the ranking holds."""
    taken_for = {Metric.SENSITIVITY: Label.NORMAL, Metric.SPECIFICITY: Label.PNEUMONIA}
    return [
        f"At the locked threshold, {fell(found, metric)}: the model takes coarse films for {label}."
        for metric, label in taken_for.items()
        if found[metric]["fall"]["low"] is not None and found[metric]["fall"]["low"] > 0
    ]


_VERDICTS: dict[str, Callable[[Measured], str]] = {
    LUNGS_GONE: _without_lungs,
    BORDER_ALONE: _without_lungs,
    LUNGS_ALONE: _lungs_alone,
    SAME_QUALITY: _equalised,
    SAME_ENCODING: _equalised,
}

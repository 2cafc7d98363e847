"""Occlusion: AUROC without the centre, without the border, and at equal compression."""

from collections.abc import Callable

import pandas as pd

from pneumoscope.evaluation.verdict import MARGIN, Verdict, judge, judge_excess
from pneumoscope.naming import Label, Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness import drops
from pneumoscope.robustness.records import Ablation, Altered, Shortcuts
from pneumoscope.robustness.variants import (
    AS_IT_IS,
    BORDER_ALONE,
    CENTRE_ALONE,
    CENTRE_GONE,
    SAME_ENCODING,
    SAME_QUALITY,
    VARIANT,
)
from pneumoscope.robustness.wording import cannot_be_told, dropped, with_interval

CHANCE = 0.5


def measure_shortcuts(
    scores: pd.DataFrame, threshold: float, options: EvaluationOptions
) -> Shortcuts:
    """Measure test under every ablation at the locked threshold, and say what follows.

    Args:
        scores: Columns radiograph_id, patient_id, label, variant and score; the films of each
            ablation in one order.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Confidence.
    """
    whole = scores[scores[VARIANT] == AS_IT_IS]
    altered = {
        name: drops.compare(whole, scores[scores[VARIANT] == name], threshold, options)
        for name in _VERDICTS
    }
    return Shortcuts(
        drops.count(whole),
        drops.measure(whole, threshold, options),
        {name: Ablation(found, _VERDICTS[name](found)) for name, found in altered.items()},
    )


def _without_centre(found: Altered) -> str:
    auroc = found.metrics[Metric.AUROC]
    if auroc.value is None or auroc.bounds is None:
        return cannot_be_told(auroc, auroc)
    match judge(auroc.mapped(lambda value: value - CHANCE), MARGIN):
        case Verdict.SHOWN if auroc.value > CHANCE:
            return (
                f"The model still ranks PNEUMONIA above NORMAL with {with_interval(auroc)}, by "
                "what is left."
            )
        case Verdict.SHOWN:
            return (
                f"The model ranks the classes the wrong way round, with {with_interval(auroc)}: "
                "what is left still moves it."
            )
        case Verdict.SMALL:
            return f"{with_interval(auroc)}: what is left ranks within {MARGIN:g} of chance."
    return f"{with_interval(auroc)}: whether what is left ranks the classes cannot be told."


def _centre_alone(found: Altered) -> str:
    drop, auroc = found.drops[Metric.AUROC], found.metrics[Metric.AUROC]
    if drop.bounds is None:
        return cannot_be_told(drop, auroc)
    match judge_excess(drop, MARGIN):
        case Verdict.SHOWN:
            finding = dropped(found, Metric.AUROC)
            return f"{finding}: the model also uses what surrounds the centre."
        case Verdict.SMALL:
            return (
                f"{with_interval(auroc)}: with the centre alone the AUROC does not drop by "
                f"{MARGIN:g} or more."
            )
    return f"{with_interval(auroc)}: whether the model uses what surrounds it cannot be told."


def _equalised(found: Altered) -> str:
    drop, auroc = found.drops[Metric.AUROC], found.metrics[Metric.AUROC]
    if drop.bounds is None:
        return cannot_be_told(drop, auroc)
    match judge_excess(drop, MARGIN):
        case Verdict.SHOWN:
            finding = (
                f"{dropped(found, Metric.AUROC)}: part of what the model ranks by is fine grain, "
                "which compression changes."
            )
        case Verdict.SMALL:
            finding = (
                f"{with_interval(auroc)}: with equal compression the AUROC does not drop by "
                f"{MARGIN:g} or more."
            )
        case _:
            finding = (
                f"{with_interval(auroc)}: whether the ranking depends on compression cannot be "
                "told."
            )
    return " ".join([finding, *_moved(found)])


def _moved(found: Altered) -> list[str]:
    """Say where sensitivity or specificity drops, which they may although the ranking holds."""
    taken_for = {Metric.SENSITIVITY: Label.NORMAL, Metric.SPECIFICITY: Label.PNEUMONIA}
    return [
        f"At the locked threshold, {dropped(found, metric)}: the model calls coarse films "
        f"{label} more often."
        for metric, label in taken_for.items()
        if judge_excess(found.drops[metric], MARGIN, len(taken_for)) is Verdict.SHOWN
    ]


_VERDICTS: dict[str, Callable[[Altered], str]] = {
    CENTRE_GONE: _without_centre,
    BORDER_ALONE: _without_centre,
    CENTRE_ALONE: _centre_alone,
    SAME_QUALITY: _equalised,
    SAME_ENCODING: _equalised,
}

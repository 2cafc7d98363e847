"""Sensitivity, specificity, PPV, NPV and the like, each with its interval or a reason."""

import numpy as np

from pneumoscope.evaluation.decisions import (
    DEFERRED,
    Bounds,
    confusion_of,
    count_decisions,
    measure_ratios,
)
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.predictive_values import predictive_values
from pneumoscope.evaluation.records import Confusion, Decisions
from pneumoscope.evaluation.sample import Sample
from pneumoscope.naming import Consequence
from pneumoscope.options import EvaluationOptions


def measure_decisions(sample: Sample, bounds: Bounds, options: EvaluationOptions) -> Decisions:
    """Measure what a pair of bounds means for those examined.

    Args:
        sample: The radiographs.
        bounds: Of a grey zone; equal at a threshold.
        options: Prevalences and confidence.
    """
    counts = count_decisions(sample, bounds)
    measured = measure_ratios(counts, options.confidence)
    found = {name: measured[name].estimate for name in (*Consequence, DEFERRED)}
    return Decisions(
        confusion=confusion_of(counts),
        deferred=found[DEFERRED],
        consequences={name: found[name] for name in Consequence},
        predictive_values={
            f"{share:g}": predictive_values(
                found[Consequence.SENSITIVITY], found[Consequence.SPECIFICITY], share
            )
            for share in options.prevalences
        },
    )


def consequences(counts: Confusion) -> dict[Consequence, Estimate]:
    """Compute what a confusion matrix means for those examined, without intervals.

    Args:
        counts: The confusion matrix; whose radiographs they are is not known.
    """
    cells = np.array([[counts.tn, counts.fp, counts.fn, counts.tp, 0.0]])
    measured = measure_ratios(cells, confidence=0.95)
    found = {name: measured[name].estimate for name in Consequence}
    return {name: one if one.value is None else Estimate(one.value) for name, one in found.items()}

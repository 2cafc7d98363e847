"""Intervals of calibration slope and intercepts, over patients."""

import numpy as np
from scipy.special import expit

from pneumoscope.arrays import FloatArray
from pneumoscope.evaluation.calibration.recalibration import CalibrationLine, logits_of
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import student_interval
from pneumoscope.evaluation.sample import Sample


def calibration_estimates(
    sample: Sample, line: CalibrationLine, confidence: float
) -> dict[str, Estimate]:
    """Estimate slope, intercept and calibration in the large with intervals over patients.

    Args:
        sample: The radiographs.
        line: What was fitted to them.
        confidence: Coverage of the intervals, in (0, 1).

    Returns:
        By the names of a `CalibrationLine`.

    Source: cluster-robust ("sandwich") variances, Liang and Zeger 1986,
        doi:10.1093/biomet/73.1.13, with Student's t as for the AUROC.
    """
    undefined = Estimate(None, reason=line.reason)
    logits = logits_of(sample.score)
    found = dict.fromkeys(("slope", "intercept", "in_the_large"), undefined)
    if line.in_the_large is not None:
        chance = expit(logits + line.in_the_large)
        (moved,) = _influence(sample, np.ones((logits.size, 1)), chance)
        found["in_the_large"] = student_interval(line.in_the_large, moved, confidence)
    if line.slope is not None and line.intercept is not None:
        chance = expit(line.intercept + line.slope * logits)
        moved = _influence(sample, np.column_stack([np.ones_like(logits), logits]), chance)
        for name, value, one in zip(
            ("intercept", "slope"), (line.intercept, line.slope), moved, strict=True
        ):
            found[name] = student_interval(value, one, confidence)
    return found


def _influence(sample: Sample, design: FloatArray, chance: FloatArray) -> FloatArray:
    """Return by how much each patient moves each coefficient, shape (coefficients, patients)."""
    residual = sample.label - chance
    scores = np.stack([sample.by_patient(column * residual) for column in design.T])
    information = (design * (chance * (1 - chance))[:, None]).T @ design
    # A matrix without an inverse, where no radiograph is left in doubt, has one in part.
    return np.asarray(np.linalg.pinv(information) @ scores)

"""Intervals of calibration slope and intercepts, over patients."""

from collections.abc import Sequence

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
    logits = logits_of(sample.score)
    ones = np.ones_like(logits)
    found = dict.fromkeys(
        ("slope", "intercept", "in_the_large"), Estimate(None, reason=line.reason)
    )
    if line.in_the_large is not None:
        chance = expit(logits + line.in_the_large)
        fitted = _with_intervals(sample, [line.in_the_large], ones[:, None], chance, confidence)
        found |= zip(("in_the_large",), fitted, strict=True)
    if line.slope is not None and line.intercept is not None:
        chance = expit(line.intercept + line.slope * logits)
        design = np.column_stack([ones, logits])
        values = [line.intercept, line.slope]
        fitted = _with_intervals(sample, values, design, chance, confidence)
        found |= zip(("intercept", "slope"), fitted, strict=True)
    return found


def _with_intervals(
    sample: Sample,
    values: Sequence[float],
    design: FloatArray,
    chance: FloatArray,
    confidence: float,
) -> list[Estimate]:
    """Return the coefficients of a logistic fit with intervals over patients.

    Few patients near a perfect separation show less variance than there is: it is taken to be no
    less than were the fit true and all radiographs independent.
    """
    residual = sample.label - chance
    scores = np.stack([sample.by_patient(column * residual) for column in design.T])
    information = (design * (chance * (1 - chance))[:, None]).T @ design
    # A matrix without an inverse, where no radiograph is left in doubt, has one in part.
    covariance = np.linalg.pinv(information)
    least = np.diag(covariance)
    return [
        student_interval(value, moved, confidence, float(variance))
        for value, moved, variance in zip(values, covariance @ scores, least, strict=True)
    ]

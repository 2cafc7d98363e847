"""Intervals of means over radiographs, some of which are of one patient."""

import numpy as np
from numpy.typing import ArrayLike

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.intervals import patient_codes
from pneumoscope.evaluation.score_arrays import FloatArray

_ROUNDING = 1e-12


def clustered_mean(values: FloatArray, patient: ArrayLike, confidence: float) -> Estimate:
    """Return a mean over radiographs with its interval over patients.

    Args:
        values: Shape (n,), such as the difference that a change makes to each radiograph.
        patient: Shape (n,), the key of the child behind each radiograph.
        confidence: Coverage of the interval, in (0, 1).
    """
    if not values.size:
        return Estimate(None, reason="there is no radiograph")
    mean = float(values.mean())
    return clustered_estimate(mean, (values - mean) / values.size, patient, confidence)


def clustered_estimate(
    value: float, influence: FloatArray, patient: ArrayLike, confidence: float
) -> Estimate:
    """Return a value with the interval that the influence of every radiograph on it gives.

    Args:
        value: The value: a mean, or a smooth function of means.
        influence: Shape (n,), by how much each radiograph moves the value; sums to 0.
        patient: Shape (n,), the key of the child behind each radiograph.
        confidence: Coverage of the interval, in (0, 1).

    Returns:
        The value with its bounds, symmetric about it (Student's t, one degree of freedom less
        than patients); without bounds for fewer than two patients, or where nothing varies.

    Source: Taylor linearisation over clusters: Wolter 2007, Introduction to Variance
        Estimation, chapter 6.
    """
    codes, patients = patient_codes(patient, influence.size)
    if patients < 2:
        return Estimate(
            value, reason=f"an interval needs two patients or more, there is {patients}"
        )
    of_patients = np.bincount(codes, weights=influence, minlength=patients)
    error = float(np.sqrt(patients / (patients - 1) * np.square(of_patients).sum()))
    if error < _ROUNDING:
        return Estimate(value, reason="it does not vary between the patients")
    # Loading scipy.stats takes longer than listing the pipelines should.
    from scipy.stats import t

    reach = float(t.ppf((1 + confidence) / 2, patients - 1)) * error
    return Estimate(value, value - reach, value + reach)

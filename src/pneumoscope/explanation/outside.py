"""How much of the attribution lies outside the centre of the radiographs."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.arrays import FloatArray
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import student_interval
from pneumoscope.explanation.records import OutsideShare
from pneumoscope.naming import Column, Label
from pneumoscope.radiographs.fields import central_field


def outside_share(maps: NDArray[np.floating]) -> FloatArray:
    """Compute the share of each map's absolute attribution that lies outside the centre.

    Args:
        maps: Shape (n, height, width).

    Returns:
        Shape (n,), in [0, 1]; NaN where a map is zero everywhere.
    """
    size = np.abs(np.asarray(maps, dtype=np.float64))
    outside = size[:, ~central_field(size.shape[1:])].sum(axis=1)
    total = size.sum(axis=(1, 2))
    return np.divide(outside, total, out=np.full(len(size), np.nan), where=total > 0)


def summarise_outside(
    shares: FloatArray, rows: pd.DataFrame, confidence: float
) -> dict[Label, OutsideShare]:
    """Average the shares of each class, with an interval over patients.

    Args:
        shares: Shape (n,), what `outside_share` gave; NaN is left out and counted.
        rows: Columns label and patient_id of the same radiographs.
        confidence: Coverage of the interval.
    """
    found = {}
    for label in Label:
        own = (rows[Column.LABEL] == label).to_numpy()
        patient = rows.loc[own, Column.PATIENT_ID].to_numpy()
        found[label] = _summary(shares[own], patient, confidence)
    return found


def _summary(shares: FloatArray, patient: NDArray, confidence: float) -> OutsideShare:
    known = ~np.isnan(shares)
    empty = int((~known).sum())
    if not known.any():
        reason = "every map is empty" if shares.size else "there is no radiograph of that class"
        return OutsideShare(0, 0, empty, Estimate(None, reason=reason))
    values, owner = shares[known], np.unique(patient[known], return_inverse=True)[1]
    mean = float(values.mean())
    influence = np.bincount(owner, values - mean) / values.size
    share = student_interval(mean, influence, confidence)
    share = share.mapped(lambda end: min(1.0, max(0.0, end)))
    return OutsideShare(values.size, influence.size, empty, share)

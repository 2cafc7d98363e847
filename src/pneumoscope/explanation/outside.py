"""How much of the attribution lies outside the centre of the radiographs."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.arrays import FloatArray
from pneumoscope.evaluation.bootstrap import patient_counts, percentile_interval
from pneumoscope.evaluation.estimate import Estimate
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
    shares: FloatArray, rows: pd.DataFrame, resamples: int, confidence: float, seed: int
) -> dict[Label, OutsideShare]:
    """Average the shares of each class, with an interval over patients.

    Args:
        shares: Shape (n,), what `outside_share` gave; NaN is left out and counted.
        rows: Columns label and patient_id of the same radiographs.
        resamples: Resamples of patients; 0 leaves the interval out.
        confidence: Coverage of the interval.
        seed: Seed of the draws.
    """
    found = {}
    for label in Label:
        own = (rows[Column.LABEL] == label).to_numpy()
        patient = rows.loc[own, Column.PATIENT_ID].to_numpy()
        found[label] = _summary(shares[own], patient, resamples, confidence, seed)
    return found


def _summary(
    shares: FloatArray, patient: NDArray, resamples: int, confidence: float, seed: int
) -> OutsideShare:
    known = ~np.isnan(shares)
    values, codes = shares[known], pd.factorize(patient[known], sort=True)[0]
    patients = len(np.unique(codes))
    if not values.size:
        reason = "every map is empty" if shares.size else "there is no radiograph of that class"
        return OutsideShare(0, 0, int((~known).sum()), Estimate(None, reason=reason))
    if patients < 2 or not resamples:
        reason = "an interval needs two patients or more" if resamples else "no resamples"
        share = Estimate(float(values.mean()), reason=reason)
    else:
        weights = patient_counts(patients, resamples, seed)[:, codes]
        means = weights @ values / weights.sum(axis=1)
        share = Estimate.of(float(values.mean()), percentile_interval(means, confidence))
    return OutsideShare(int(known.sum()), patients, int((~known).sum()), share)

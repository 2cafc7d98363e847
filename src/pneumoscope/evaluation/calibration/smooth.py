"""Flexible calibration curves: the share of PNEUMONIA at a score, without bins."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from pneumoscope.arrays import FloatArray
from pneumoscope.evaluation.calibration.recalibration import (
    calibration_slope_intercept,
    logits_of,
)
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import student_interval
from pneumoscope.evaluation.sample import Sample

KNOTS = (0.05, 0.35, 0.65, 0.95)
"""Quantiles of the logits at which pieces of the curve meet (Harrell 2015, table 2.3)."""

SHOWN = (0.01, 0.99)
"""Quantiles of the scores between which a curve is drawn: beyond, hardly a film bears it out."""

POINTS = 60

# Of standardised columns: far too weak to bend a curve, but it keeps pieces finite in which one
# class alone is left.
_PENALTY = 1e-3

BIASED = "chance alone lifts it above 0, so that an interval around it would miss the true error"
"""Why the integrated calibration index has no interval."""


@dataclass(frozen=True, eq=False)
class SmoothCurve:
    """Share of PNEUMONIA against the score: a logistic fit of a restricted cubic spline.

    Attributes:
        knots: Logits at which pieces meet, (k,); the curve is a straight line beyond them.
        centre: Means of the columns, (k,), of which the first is that of the constant.
        spread: Their standard deviations.
        weights: Coefficients of the standardised columns.
        covariance: Inverse information of these, (k, k).
    """

    knots: FloatArray
    centre: FloatArray
    spread: FloatArray
    weights: FloatArray
    covariance: FloatArray

    def columns(self, score: FloatArray) -> FloatArray:
        """Return the standardised columns at these scores, shape (n, k)."""
        standard = (_spline(logits_of(score), self.knots) - self.centre) / self.spread
        return np.asarray(np.column_stack([np.ones_like(score), standard]))

    def observed(self, score: FloatArray) -> FloatArray:
        """Return the share of PNEUMONIA at these scores, shape (n,)."""
        share: FloatArray = expit(self.columns(score) @ self.weights)
        return share


def fit_curve(sample: Sample) -> tuple[SmoothCurve | None, str | None]:
    """Fit a flexible calibration curve.

    Args:
        sample: The radiographs.

    Returns:
        The curve and None; or None and why there is none: a class is absent, all scores are
        equal, or one threshold separates the classes.

    Source: Van Calster and others 2016, doi:10.1016/j.jclinepi.2015.12.005; the spline: Harrell
        2015, Regression Modeling Strategies, section 2.4.5.
    """
    straight = calibration_slope_intercept(sample.label, sample.score)
    if straight.slope is None:
        return None, straight.reason
    logits = logits_of(sample.score)
    knots = np.unique(np.quantile(logits, KNOTS))
    columns = _spline(logits, knots)
    centre, spread = columns.mean(axis=0), columns.std(axis=0)
    design = np.column_stack([np.ones_like(logits), (columns - centre) / spread])
    weights = _fit(design, sample)
    chance = expit(design @ weights)
    information = (design * (chance * (1 - chance))[:, None]).T @ design
    penalty = np.diag([0.0, *[_PENALTY] * len(centre)])
    covariance = np.linalg.pinv(information + penalty)
    return SmoothCurve(knots, centre, spread, weights, covariance), None


def curve_with_band(sample: Sample, curve: SmoothCurve, confidence: float) -> pd.DataFrame:
    """Tabulate a curve with its pointwise band over patients.

    Args:
        sample: The radiographs that it was fitted to.
        curve: As `fit_curve` gave it.
        confidence: Coverage of the band at each score, in (0, 1).

    Returns:
        Columns score, observed, low and high; no band where there are too few patients.

    Source: cluster-robust variances, as in `calibration.intervals`; no less than were the fit
        true and all radiographs independent.
    """
    lowest, highest = np.quantile(sample.score, SHOWN)
    score = np.linspace(float(lowest), float(highest), POINTS)
    at = curve.columns(score)
    design = curve.columns(sample.score)
    residual = sample.label - expit(design @ curve.weights)
    moved = np.stack([sample.by_patient(column * residual) for column in design.T])
    influences = at @ curve.covariance @ moved
    least = np.einsum("ij,jk,ik->i", at, curve.covariance, at)
    found = [
        student_interval(float(value), influence, confidence, float(variance)).mapped(
            lambda logit: float(expit(logit))
        )
        for value, influence, variance in zip(at @ curve.weights, influences, least, strict=True)
    ]
    rows = [(one.value, one.low, one.high) for one in found]
    table = pd.DataFrame(rows, columns=["observed", "low", "high"]).astype(float)
    return table.assign(score=score)


def calibration_index(sample: Sample) -> Estimate:
    """Return the integrated calibration index: mean distance of scores from the smooth curve.

    Source: Austin and Steyerberg 2019, doi:10.1002/sim.8281.
    """
    curve, reason = fit_curve(sample)
    if curve is None:
        return Estimate(None, reason=reason)
    distance = np.abs(curve.observed(sample.score) - sample.score)
    return Estimate(float(distance.mean()), reason=BIASED)


def _spline(logits: FloatArray, knots: FloatArray) -> FloatArray:
    """Return the columns of a restricted cubic spline, (n, max(1, knots - 1))."""
    if knots.size < 3:
        return logits[:, None]
    *inner, before, last = knots
    width = (last - knots[0]) ** 2

    def cubed(knot: float) -> FloatArray:
        return np.maximum(logits - knot, 0.0) ** 3

    pieces = [
        (
            cubed(knot)
            - cubed(before) * (last - knot) / (last - before)
            + cubed(last) * (before - knot) / (last - before)
        )
        / width
        for knot in inner
    ]
    return np.asarray(np.column_stack([logits, *pieces]))


def _fit(design: FloatArray, sample: Sample) -> FloatArray:
    # Loading scikit-learn takes half a second, which listing the pipelines need not wait for.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    fit = LogisticRegression(C=1 / _PENALTY, solver="newton-cholesky", tol=1e-8, max_iter=1000)
    with warnings.catch_warnings():
        # Near separation it goes on with another solver, and says so.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit.fit(design[:, 1:], sample.label)
    return np.concatenate([fit.intercept_, fit.coef_[0]])

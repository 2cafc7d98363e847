"""PPV and NPV at another prevalence."""

import math

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import PredictiveValues

ABSENT_CLASS = "sensitivity or specificity is undefined: a class is absent"


def predictive_values(
    sensitivity: Estimate, specificity: Estimate, prevalence: float
) -> PredictiveValues:
    """Carry predictive values over to another prevalence by Bayes' theorem.

    Args:
        sensitivity: In [0, 1], with its interval.
        specificity: In [0, 1], with its interval, of other patients.
        prevalence: Share of PNEUMONIA among those examined, in (0, 1).

    Raises:
        ValueError: If the prevalence lies outside (0, 1).
    """
    if not 0 < prevalence < 1:
        raise ValueError(
            f"expected a prevalence in (0, 1), received {prevalence}; give a share, no percentage"
        )
    odds = prevalence / (1 - prevalence)
    return PredictiveValues(
        ppv=_share_right(
            sensitivity,
            specificity.complement,
            odds,
            "no radiograph is predicted PNEUMONIA",
        ),
        npv=_share_right(
            specificity, sensitivity.complement, 1 / odds, "no radiograph is predicted NORMAL"
        ),
    )


def _share_right(right: Estimate, wrong: Estimate, odds: float, undefined: str) -> Estimate:
    """Return which share of a prediction is right, from how often each class receives it.

    Args:
        right: How often it is given where it is right.
        wrong: How often it is given where it is wrong.
        odds: Those for whom it is right, for each for whom it is wrong.
        undefined: Why there is no such share where it is never given.
    """
    if right.value is None or wrong.value is None:
        return Estimate(None, reason=ABSENT_CLASS)
    if right.value == wrong.value == 0:
        return Estimate(None, reason=undefined)
    value = right.value * odds / (right.value * odds + wrong.value)
    if right.bounds is None or wrong.bounds is None:
        return Estimate(value, reason=right.reason if right.bounds is None else wrong.reason)
    low, high = (
        1.0 if math.isinf(end) else end * odds / (1 + end * odds)
        for end in _ratio_bounds(right.value, right.bounds, wrong.value, wrong.bounds)
    )
    return Estimate(value, low, high)


def _ratio_bounds(
    first: float, bounds: tuple[float, float], second: float, other: tuple[float, float]
) -> tuple[float, float]:
    """Return the interval of the ratio of two independent estimates, from theirs (MOVER-R).

    Source: Donner and Zou 2012, doi:10.1177/0962280210389356, equation 9, with the numerator
        made rational so that no difference of near equals is left.
    """
    (low, high), (other_low, other_high) = bounds, other
    product = first * second

    def root(end: float, opposite: float) -> float:
        return math.sqrt(
            max(
                product**2 - end * opposite * (2 * first - end) * (2 * second - opposite),
                0.0,
            )
        )

    below = product + root(low, other_high)
    above = other_low * (2 * second - other_low)
    return (
        low * (2 * first - low) / below if below else 0.0,
        (product + root(high, other_low)) / above if above else math.inf,
    )

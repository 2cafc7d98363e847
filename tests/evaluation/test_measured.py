import numpy as np
import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import (
    ALIKE,
    Measured,
    degrees_of_freedom,
    mean_of,
    none_in,
    paired_difference,
    student_interval,
)
from pneumoscope.evaluation.verdict import difference

UP, DOWN = np.array([0.3, -0.1, -0.2]), np.array([-0.3, 0.1, 0.2])
ASIDE = np.array([0.1, -0.5, 0.4])  # orthogonal to UP
FIRST = Measured(Estimate(0.8, 0.69, 0.88), UP, 3)
NONE = Measured(Estimate(None, reason="no radiograph is NORMAL"), np.zeros(3))
BARE = Measured(Estimate(0.5, reason="one patient"), np.zeros(3))


def second(influence=ASIDE, **more) -> Measured:
    return Measured(Estimate(0.6, 0.49, 0.70), influence, **more)


def test_uncorrelated_estimates_differ_as_those_of_other_patients_do():
    found = paired_difference(FIRST, second(), 0.95)
    expected = difference(FIRST.estimate, second().estimate)
    assert found.value == pytest.approx(expected.value)
    assert found.bounds == pytest.approx(expected.bounds)


def test_what_two_estimates_share_leaves_their_difference():
    shared, opposed = (paired_difference(FIRST, second(i), 0.95) for i in (UP, DOWN))
    # Of three patients no correlation above 2/3 is known; opposed, distances add up.
    below, above = (
        np.sqrt(one**2 + other**2 - 4 / 3 * one * other)
        for one, other in ((0.11, 0.10), (0.08, 0.11))
    )
    assert shared.bounds == pytest.approx((0.2 - below, 0.2 + above))
    assert opposed.bounds == pytest.approx((-0.01, 0.39))


def test_newcombes_paired_example():
    # Newcombe 1998, table II: 36 both, 12 the first alone, 2 the second alone, 0 neither of 50;
    # Wilson's limits. Without his continuity correction of the correlation.
    first = Measured(Estimate(0.96, 0.8654, 0.9890), np.repeat([0.04, 0.04, -0.96], [36, 12, 2]))
    other = Measured(Estimate(0.76, 0.6259, 0.8570), np.repeat([0.24, -0.76, 0.24], [36, 12, 2]))
    found = paired_difference(first, other, 0.95)
    correlation = (36 * 0 - 12 * 2) / np.sqrt(48 * 2 * 38 * 12)
    below = np.sqrt(0.0946**2 + 0.0970**2 - 2 * correlation * 0.0946 * 0.0970)
    assert found.value == pytest.approx(0.2)
    assert found.low == pytest.approx(0.2 - below, abs=1e-3)


def test_where_no_patient_tells_two_apart_the_bound_is_exact():
    found = paired_difference(FIRST, FIRST, 0.95)
    assert found.value == 0
    assert found.bounds == pytest.approx((-(1 - 0.025 ** (1 / 3)), 1 - 0.025 ** (1 / 3)))
    unbounded = paired_difference(second(), second(), 0.95)
    assert (unbounded.bounds, unbounded.reason) == (None, ALIKE)


def test_the_mean_of_two_is_as_wide_as_what_they_share():
    apart, together = mean_of(FIRST, second()), mean_of(FIRST, second(UP))
    assert apart.estimate.value == pytest.approx(0.7)
    assert together.estimate.bounds == pytest.approx((0.59, 0.79))
    assert apart.estimate.low == pytest.approx(0.7 - np.hypot(0.11, 0.11) / 2)
    assert together.influence.tolist() == UP.tolist()
    # Two that nobody moves may still move together: the widest interval.
    still = Measured(FIRST.estimate, np.zeros(3))
    assert mean_of(still, second(np.zeros(3))).estimate.low == pytest.approx(0.59)


@pytest.mark.parametrize(
    "combine", [lambda *two: mean_of(*two).estimate, lambda *two: paired_difference(*two, 0.95)]
)
def test_what_one_side_lacks_the_other_cannot_give(combine):
    for pair in ((FIRST, NONE), (NONE, FIRST), (BARE, NONE)):
        assert combine(*pair) == NONE.estimate
    for pair in ((FIRST, BARE), (BARE, FIRST)):
        found = combine(*pair)
        assert found.value is not None
        assert (found.bounds, found.reason) == (None, "one patient")


def test_a_rising_function_moves_value_bounds_and_influence():
    found = FIRST.mapped(lambda share: share**2, 1.6)
    assert found.estimate.bounds == pytest.approx((0.69**2, 0.88**2))
    assert found.influence == pytest.approx(1.6 * UP)


def test_an_interval_of_students_is_computed_by_hand():
    influence = np.array([1.0, -1, 1, -1]) / 4
    found = student_interval(0.5, influence, 0.95)
    # 4/3 of 4/16; no fourth moment stands out, so all three degrees of freedom: t = 3.1824.
    assert found.high - 0.5 == pytest.approx(3.1824 * np.sqrt(1 / 3), rel=1e-4)
    assert found.high - 0.5 == pytest.approx(0.5 - found.low)
    wider = student_interval(0.5, influence, 0.95, least=1.0)
    assert wider.high - 0.5 == pytest.approx(3.1824, rel=1e-4)
    assert student_interval(0.5, influence[:1], 0.95).reason.endswith("received 1")


def test_a_variance_that_one_patient_carries_is_hardly_known():
    even, one = np.ones(100), np.r_[10.0, np.full(99, 0.1)]
    assert degrees_of_freedom([(even, 100)]) == 99
    # 2 A² / (sum of fourth powers - A² / n) - 1, A = 100.99.
    assert degrees_of_freedom([(one, 100)]) == pytest.approx(1.0602, abs=1e-3)
    assert degrees_of_freedom([(even, 100), (np.ones(100), 31)]) == 30


def test_none_in_a_hundred_leaves_three_and_a_half_percent():
    # The rule of three, of 97.5 % on one side: 3.69 / n.
    assert none_in(100, 0.95) == pytest.approx(0.0362, abs=1e-4)

import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.verdict import Verdict, difference, judge, judge_excess, widened

NONE = Estimate(None, reason="no radiograph is NORMAL")


@pytest.mark.parametrize(
    ("low", "high", "either", "excess"),
    [
        (0.01, 0.20, Verdict.SHOWN, Verdict.SHOWN),
        (-0.20, -0.01, Verdict.SHOWN, Verdict.SMALL),
        (-0.04, 0.04, Verdict.SMALL, Verdict.SMALL),
        (0.01, 0.04, Verdict.SMALL, Verdict.SMALL),
        (-0.20, 0.04, Verdict.OPEN, Verdict.SMALL),
        (-0.01, 0.20, Verdict.OPEN, Verdict.OPEN),
        (0.0, 0.20, Verdict.OPEN, Verdict.OPEN),
        (-0.05, 0.05, Verdict.OPEN, Verdict.OPEN),
    ],
)
def test_an_interval_shows_a_difference_bounds_it_or_leaves_it_open(low, high, either, excess):
    found = Estimate((low + high) / 2, low, high)
    assert judge(found, 0.05) is either
    assert judge_excess(found, 0.05) is excess


def test_without_an_interval_nothing_can_be_told():
    for found in (NONE, Estimate(0.5, reason="no resamples were asked for")):
        assert judge(found, 0.05) is Verdict.OPEN
        assert judge_excess(found, 0.05) is Verdict.OPEN


def test_a_margin_of_nothing_calls_no_difference_small():
    assert judge(Estimate(0.0, 0.0, 0.0), 0.0) is Verdict.OPEN


def test_a_difference_that_one_claim_shows_may_be_open_among_many():
    found = Estimate(0.11, 0.01, 0.21)
    assert judge(found, 0.05) is Verdict.SHOWN
    assert judge(found, 0.05, claims=10) is Verdict.OPEN
    assert judge_excess(found, 0.05, claims=10) is Verdict.OPEN


def test_bounds_move_by_the_ratio_of_normal_quantiles():
    # 97.5 % two-sided: 2.2414 standard errors in place of 1.9600.
    found = widened(Estimate(0.5, 0.4, 0.7), 2)
    assert found.low == pytest.approx(0.5 - 0.1 * 2.2414 / 1.9600, abs=1e-5)
    assert found.high == pytest.approx(0.5 + 0.2 * 2.2414 / 1.9600, abs=1e-5)
    assert widened(found, 1) is found
    with pytest.raises(ValueError, match="expected one claim or more, received 0"):
        widened(found, 0)


def test_newcombes_example_of_two_shares():
    # 56 of 70 and 48 of 80, Wilson's intervals: Newcombe 1998, table II, row (a), method 10.
    first = Estimate(56 / 70, 0.6918, 0.8769)
    second = Estimate(48 / 80, 0.4905, 0.7004)
    found = difference(first, second)
    assert found.value == pytest.approx(0.2)
    assert found.bounds == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_a_difference_lacks_what_either_side_lacks():
    known, bare = Estimate(0.5, 0.4, 0.6), Estimate(0.25, reason="one patient")
    assert difference(known, NONE) == NONE
    assert difference(NONE, known) == NONE
    assert difference(known, bare) == Estimate(0.25, reason="one patient")
    assert difference(bare, known) == Estimate(-0.25, reason="one patient")

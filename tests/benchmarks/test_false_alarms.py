"""Verdicts announce what is there, and at most every twentieth time what is not."""

import pytest
from false_alarms import SCENARIOS, draws, rates
from null_worlds import LARGE, SMALL

from pneumoscope.evaluation.verdict import ALPHA, Verdict


@pytest.mark.slow
@pytest.mark.parametrize("setting", [SMALL, LARGE], ids=["60 patients", "450 patients"])
@pytest.mark.parametrize("announced", SCENARIOS)
def test_where_there_is_nothing_to_tell_little_is_announced(announced, setting):
    runs = draws(announced, 200)
    found = rates(SCENARIOS[announced], setting, effect=False, runs=runs)
    # Of so few runs chance adds three standard errors.
    assert found[Verdict.SHOWN] <= ALPHA + 3 * (ALPHA * (1 - ALPHA) / runs) ** 0.5


@pytest.mark.slow
@pytest.mark.parametrize("announced", SCENARIOS)
def test_what_is_there_is_announced_where_patients_are_many(announced):
    runs = draws(announced, 50)
    assert rates(SCENARIOS[announced], LARGE, effect=True, runs=runs)[Verdict.SHOWN] >= 0.5


def test_scenarios_draw_what_they_say():
    for scenario in ("the threshold does not carry over", "a metric drops as films are degraded"):
        found = rates(SCENARIOS[scenario], LARGE, effect=True, runs=3)
        assert found == {Verdict.SHOWN: 1.0, Verdict.SMALL: 0.0, Verdict.OPEN: 0.0}

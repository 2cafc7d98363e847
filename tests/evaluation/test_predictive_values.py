import numpy as np
import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.predictive_values import predictive_values

SENSITIVITY, SPECIFICITY = Estimate(0.9, 0.85, 0.94), Estimate(0.8, 0.75, 0.84)


def test_predictive_values_follow_the_prevalence():
    # Of 1000: 100 ill, 90 of them found; 900 well, 180 of them alarmed.
    found = predictive_values(SENSITIVITY, SPECIFICITY, 0.1)
    assert found.ppv.value == pytest.approx(90 / 270)
    assert found.npv.value == pytest.approx(720 / 730)
    assert found.ppv.low < found.ppv.value < found.ppv.high
    with pytest.raises(ValueError, match=r"expected a prevalence in \(0, 1\), received 10; give"):
        predictive_values(SENSITIVITY, SPECIFICITY, 10)


def test_the_interval_agrees_with_the_delta_method_where_much_is_known():
    # 9,000 of 10,000 and 8,000 of 10,000: the log of the likelihood ratio is nearly normal.
    found, spared = (
        Estimate(p, p - 1.96 * np.sqrt(p * (1 - p) / 1e4), p + 1.96 * np.sqrt(p * (1 - p) / 1e4))
        for p in (0.9, 0.8)
    )
    spread = np.sqrt(0.1 / 9000 + 0.8 / 2000)
    odds = 0.9 / 0.2 / 9 * np.exp(1.96 * np.array([-spread, spread]))
    assert predictive_values(found, spared, 0.1).ppv.bounds == pytest.approx(
        tuple(odds / (1 + odds)), abs=2e-4
    )


def test_without_a_false_alarm_every_alarm_is_right_as_far_as_is_known():
    found = predictive_values(SENSITIVITY, Estimate(1.0, 0.97, 1.0), 0.1).ppv
    assert (found.value, found.high) == (1.0, 1.0)
    # sqrt(l (2 s - l)) / u, the lower bound of the ratio where the denominator is 0.
    ratio = np.sqrt(0.85 * (1.8 - 0.85)) / 0.03 / 9
    assert found.low == pytest.approx(ratio / (1 + ratio))


def test_a_model_that_finds_none_has_no_right_alarm():
    found = predictive_values(Estimate(0.0, 0.0, 0.1), SPECIFICITY, 0.5).ppv
    assert (found.value, found.low) == (0.0, 0.0)
    assert 0 < found.high < 0.5


def test_what_is_missing_has_a_reason():
    absent = Estimate(None, reason="no radiograph is NORMAL")
    assert "a class is absent" in predictive_values(SENSITIVITY, absent, 0.1).ppv.reason
    silent = predictive_values(Estimate(0.0, 0.0, 0.1), Estimate(1.0, 0.9, 1.0), 0.1)
    assert silent.ppv == Estimate(None, reason="no radiograph is predicted PNEUMONIA")
    assert silent.npv.value == pytest.approx(0.9)
    bare = predictive_values(SENSITIVITY, Estimate(0.8, reason="one patient"), 0.1).ppv
    assert (bare.bounds, bare.reason) == (None, "one patient")

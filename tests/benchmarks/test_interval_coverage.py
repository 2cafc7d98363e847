"""Intervals hold the truth, and equal models are told to be equal, as often as promised."""

from dataclasses import replace

import numpy as np
import pytest
from interval_coverage import EQUAL, SETTINGS, coverage, draw, false_positives, formulas
from scipy.stats import pearsonr

from pneumoscope.naming import Metric

RUNS = 400


def test_the_drawn_scores_have_the_true_values():
    setting = SETTINGS[2]
    true = formulas(setting)
    (sample,) = draw(replace(setting, patients=200_000), np.random.default_rng(3))
    called = sample.score >= setting.threshold
    assert called[sample.label].mean() == pytest.approx(true[Metric.SENSITIVITY], abs=0.002)
    assert 1 - called[~sample.label].mean() == pytest.approx(setting.specificity, abs=0.002)


def test_two_models_share_what_makes_a_radiograph_hard():
    first, second = draw(EQUAL[1], np.random.default_rng(3), models=2)
    assert (first.label == second.label).all()
    assert 0.2 < pearsonr(first.score[first.label], second.score[second.label])[0] < 0.8


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_intervals_hold_the_truth(setting):
    held = coverage(setting, RUNS)
    # 0.93 of many runs; of so few chance takes three standard errors off.
    least = 0.93 - 3 * (0.93 * 0.07 / RUNS) ** 0.5
    shares = {name: share for name, share in held.items() if "," not in name}
    assert set(Metric) - set(shares) == {Metric.ECE}
    assert min(shares.values()) >= least, shares


@pytest.mark.slow
def test_the_percentile_bootstrap_does_not():
    held = coverage(SETTINGS[0], 200)
    assert held["specificity, percentile bootstrap"] < 0.7
    assert held["auroc, percentile bootstrap"] < 0.7


@pytest.mark.slow
@pytest.mark.parametrize("setting", EQUAL, ids=str)
def test_equal_models_seldom_differ(setting):
    found = false_positives(setting, RUNS)
    most = 0.05 + 3 * (0.05 * 0.95 / RUNS) ** 0.5
    assert max(share for name, share in found.items() if "independent" not in name) <= most, found

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from pneumoscope.evaluation.clustered import clustered_estimate, clustered_mean


def test_without_clusters_it_is_the_t_interval_of_a_mean():
    values = np.array([0.1, 0.4, -0.2, 0.3, 0.0])
    expected = ttest_1samp(values, 0).confidence_interval(0.9)
    found = clustered_mean(values, list("abcde"), 0.9)
    assert found.value == pytest.approx(0.12)
    assert found.bounds == pytest.approx((expected.low, expected.high))


def test_films_of_a_patient_move_together():
    # Four equal films of each patient say no more than one.
    values = np.array([0.1, 0.4, -0.2])
    once = clustered_mean(values, list("abc"), 0.95)
    four = clustered_mean(np.repeat(values, 4), np.repeat(list("abc"), 4), 0.95)
    assert four.bounds == pytest.approx(once.bounds)


def test_what_has_no_interval_says_why():
    assert clustered_mean(np.array([]), [], 0.95).reason == "there is no radiograph"
    alone = clustered_mean(np.array([0.1, 0.2]), ["a", "a"], 0.95)
    assert (alone.value, alone.reason) == (
        pytest.approx(0.15), "an interval needs two patients or more, there is 1",
    )  # fmt: skip
    flat = clustered_estimate(0.3, np.zeros(4), list("abcd"), 0.95)
    assert (flat.value, flat.reason) == (0.3, "it does not vary between the patients")

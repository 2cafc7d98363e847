import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from pneumoscope.evaluation.proportions import clopper_pearson, effective_size, proportion


def of(counted, total, confidence=0.95):
    counted, total = (np.asarray(values, dtype=float) for values in (counted, total))
    return proportion(counted, total, confidence, "there is none")


def test_without_an_error_the_bound_is_exact_with_patients_as_n():
    found = of([1] * 135, [1] * 135).estimate
    assert found.bounds == pytest.approx((0.025 ** (1 / 135), 1.0))
    assert found.low == pytest.approx(0.973, abs=5e-4)
    # Four radiographs of each patient show no more patients.
    assert of([4] * 135, [4] * 135).estimate == found
    assert of([0] * 135, [4] * 135).estimate.bounds == pytest.approx((0, 1 - found.low))


@pytest.mark.parametrize(("hits", "size"), [(1, 9), (5, 20), (999, 1000)])
def test_clopper_pearson_agrees_with_scipy(hits, size):
    reference = binomtest(hits, size).proportion_ci(0.9, "exact")
    assert clopper_pearson(hits / size, size, 0.9) == pytest.approx(tuple(reference), abs=1e-9)


def test_the_effective_size_is_counted_by_hand():
    # Patients of two radiographs that agree: influences ±1/8, so the variance is 4/3 * 4/64 = 1/12
    # and p(1 - p) over it 3; Student's t takes another (2.365 / 3.182)² off.
    counted, total = np.array([2.0, 2, 0, 0]), np.full(4, 2.0)
    influence = (counted - 0.5 * total) / 8
    found = effective_size(0.5, influence, 8, 4, 0.95)
    assert found == pytest.approx(3 * (2.3646 / 3.1824) ** 2, abs=1e-3)
    measured = of(counted, total)
    assert measured.influence.tolist() == influence.tolist()
    assert measured.estimate.bounds == pytest.approx(clopper_pearson(0.5, found, 0.95))


def test_radiographs_that_disagree_within_patients_count_no_more_than_once():
    found = of([1] * 10, [2] * 10).estimate
    assert found.bounds == pytest.approx(clopper_pearson(0.5, 20, 0.95))


def test_what_is_missing_has_a_reason():
    assert of([0, 0], [0, 0]).estimate.reason == "there is none"
    alone = of([1, 0], [2, 0]).estimate
    assert (alone.value, alone.bounds) == (0.5, None)
    assert alone.reason == "an interval needs two patients or more, received 1"


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=12),
    st.sampled_from([0.5, 0.8, 0.95, 0.99]),
)
def test_an_interval_holds_its_estimate_and_has_width(patients, confidence):
    counted = [min(pair) for pair in patients]
    total = [max(pair) for pair in patients]
    found = of(counted, total, confidence)
    if found.estimate.bounds:
        low, high = found.estimate.bounds
        assert 0 <= low <= found.estimate.value <= high <= 1
        assert low < high
        assert found.influence.sum() == pytest.approx(0, abs=1e-12)

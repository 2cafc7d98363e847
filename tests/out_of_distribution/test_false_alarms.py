import numpy as np
import pytest

from pneumoscope.out_of_distribution.false_alarms import (
    CUTS,
    ROUNDED,
    is_beyond,
    limit_false_alarms,
    shares_beyond,
)


def limits(distance, patients=None, asked=0.1):
    distance = np.asarray(distance, dtype=float)
    named = np.arange(len(distance)) if patients is None else np.asarray(patients)
    return limit_false_alarms(distance, named.astype(str), asked, "f")


def test_the_share_beyond_a_distance_counts_the_film_itself():
    # Nine patients at 1 to 9: beyond the last lies only the new film, 1 of 10.
    found = limits(range(1, 10), asked=0.25)
    beyond = shares_beyond(found, np.array([0.5, 1.0, 1.5, 8.5, 9.0, 9.5]))
    assert beyond == pytest.approx([1.0, 1.0, 0.9, 0.2, 0.2, 0.1])
    assert (found.threshold, found.promised, found.reason) == (8.0 + ROUNDED, 0.25, None)
    # Rounding moves no film of validation itself.
    assert shares_beyond(found, np.array([1.0, 8.0, 9.0]) + 0.9 * ROUNDED) == pytest.approx(
        [1.0, 0.3, 0.2]
    )
    assert is_beyond(found, np.array([8.0 + 0.9 * ROUNDED])).tolist() == [False]
    assert is_beyond(found, np.array([8.0, 8.5])).tolist() == [False, True]


def test_a_patient_counts_once_however_many_films_there_are():
    # One patient's twenty films lie far away, each of the other nine has one nearby.
    distance = [*[10.0] * 20, *np.arange(1, 10)]
    found = limits(distance, [*["many"] * 20, *map(str, range(9))], asked=0.2)
    assert shares_beyond(found, np.array([9.5]))[0] == pytest.approx(2 / 11)
    assert found.threshold == 9.0 + ROUNDED
    assert (found.patients, found.radiographs) == (10, 29)


@pytest.mark.parametrize(("patients", "supported"), [(60, False), (98, False), (99, True)])
def test_few_patients_promise_no_more_than_they_can(patients, supported):
    found = limits(range(patients), asked=0.01)
    assert found.promised == pytest.approx(max(0.01, 1 / (patients + 1)))
    assert (found.reason is None) == supported
    if not supported:
        told = f"validation has {patients} patients, and 1% of false alarms takes 99"
        assert found.reason == told
    # Beyond all of validation, and not before, is out of distribution.
    assert is_beyond(found, np.array([patients - 1.0, patients])).tolist() == [False, True]


def test_new_patients_are_told_in_error_as_seldom_as_was_promised():
    rng = np.random.default_rng(5)
    told = [
        is_beyond(limits(rng.normal(size=150), asked=0.05), rng.normal(size=200)).mean()
        for _ in range(400)
    ]
    # The mean over validation sets is (at most) the promise; 400 × 200 draws err by 0.001.
    assert 0.042 < np.mean(told) <= 0.052


def test_many_distances_are_kept_as_few_and_none_looks_farther_than_it_is():
    rng = np.random.default_rng(6)
    distance = rng.normal(size=5000)
    found = limits(distance, asked=0.01)
    assert len(found.cuts) == len(found.shares) <= CUTS + 1
    asked = rng.normal(size=300)
    exact = np.array([(1 + (distance >= one).sum()) / 5001 for one in asked])
    kept = shares_beyond(found, asked)
    assert (kept >= exact - 1e-12).all()
    assert kept - exact == pytest.approx(0, abs=0.02)
    assert ((kept <= 0.01) == is_beyond(found, asked)).all()


def test_equal_distances_are_equally_far():
    found = limits([1.0] * 99, asked=0.01)
    assert is_beyond(found, np.array([1.0, 1.1])).tolist() == [False, True]


def test_without_validation_there_is_nothing_to_promise():
    with pytest.raises(ValueError, match="validation radiographs, received none"):
        limits([])

import json
from dataclasses import asdict

import numpy as np
import pytest

from pneumoscope.out_of_distribution.subspace import fit_subspace, squared_distance, steps_away

RNG = np.random.default_rng(1)
PATIENTS = np.arange(400).astype(str)


def flat_cloud(n: int) -> np.ndarray:
    """Wide along the first axis, narrow along the other five."""
    return RNG.normal(size=(n, 6)) * [10, 1, 1, 1, 1, 1] + [5, 0, 0, 0, 0, 0]


def test_with_all_directions_it_is_the_mahalanobis_distance():
    numbers = RNG.normal(size=(400, 3)) @ RNG.normal(size=(3, 3))
    fitted = fit_subspace(numbers, PATIENTS, 3)
    away = numbers[:5] - numbers.mean(axis=0)
    expected = np.einsum("ij,jk,ik->i", away, np.linalg.inv(np.cov(numbers.T)), away)
    assert squared_distance(fitted, numbers[:5]) == pytest.approx(expected, rel=1e-3)


def test_the_rest_is_measured_in_steps_of_its_own():
    fitted = fit_subspace(flat_cloud(400), PATIENTS, 1)
    assert fitted.rest == pytest.approx(1.0, rel=0.1)
    along, across = np.array([[15.0, 0, 0, 0, 0, 0], [5.0, 10, 0, 0, 0, 0]])
    near, far = squared_distance(fitted, np.stack([along, across]))
    assert near == pytest.approx(1, rel=0.2)
    assert far == pytest.approx(100, rel=0.2)


def test_new_films_lie_as_far_as_was_foreseen_even_where_few_were_fitted():
    # 40 films in 60 dimensions: those fitted lie far nearer than any new one.
    fitted = fit_subspace(RNG.normal(size=(40, 60)), np.arange(40).astype(str), 30)
    steps = steps_away(fitted, RNG.normal(size=(500, 60)))
    assert abs(np.median(steps)) < 1.0
    assert np.percentile(np.abs(steps), 90) < 4


def test_a_number_that_never_moved_is_far_where_it_does():
    numbers = np.hstack([RNG.normal(size=(50, 2)), np.zeros((50, 1))])
    fitted = fit_subspace(numbers, np.arange(50).astype(str), 3)
    still, moved = steps_away(fitted, np.array([[0.5, 0.5, 0.0], [0.5, 0.5, 1.0]]))
    assert moved > still + 10
    assert np.isfinite(steps_away(fit_subspace(np.ones((4, 2)), np.array(list("abcd")), 2),
                                  np.array([[1.0, 1.0], [2.0, 2.0]]))).all()  # fmt: skip


@pytest.mark.parametrize("size", [0.05, 1000.0])
def test_numbers_that_stand_still_are_not_told_apart_by_their_rounding(size):
    # As of a model whose features collapsed; another runtime rounds them otherwise.
    centre = size * RNG.uniform(0.1, 1.0, 200)
    numbers, others = (centre * (1 + 1e-6 * RNG.normal(size=(60, 200))) for _ in range(2))
    fitted = fit_subspace(numbers, np.arange(60).astype(str), 10)
    assert np.abs(steps_away(fitted, numbers) - steps_away(fitted, others)).max() < 0.1
    assert steps_away(fitted, 1.01 * numbers).min() > 5


def test_what_varies_little_but_measurably_has_its_own_spread():
    numbers = 1.0 + 0.01 * RNG.normal(size=(400, 4))
    steps = steps_away(fit_subspace(numbers, PATIENTS, 4), numbers)
    assert np.median(np.abs(steps)) == pytest.approx(1 / 1.4826, rel=0.1)


def test_it_is_plain_numbers_of_few_digits():
    fitted = fit_subspace(flat_cloud(100), np.arange(100).astype(str), 2)
    assert len(json.dumps(asdict(fitted))) < 400
    assert np.array(fitted.directions) @ np.array(fitted.directions).T == pytest.approx(
        np.eye(2), abs=1e-4
    )


def test_one_patient_is_too_few():
    with pytest.raises(ValueError, match=r"of two patients or more, .*received 5 of 1"):
        fit_subspace(np.ones((5, 2)), np.array(["a"] * 5), 1)


def test_fewer_films_than_numbers_give_the_directions_of_their_covariance():
    rng = np.random.default_rng(2)
    numbers = rng.normal(size=(30, 50)) * np.linspace(1, 5, 50)
    fitted = fit_subspace(numbers, np.arange(30).astype(str), 3)
    variances, axes = np.linalg.eigh(np.cov(numbers.T))
    assert fitted.variances == pytest.approx(variances[-3:], rel=1e-4)
    assert fitted.rest == pytest.approx(variances[:-3].sum() / 47, rel=1e-4)
    along = 5 * axes.T[[0, -3, -2, -1]]
    expected = 25 / np.array([fitted.rest, *variances[-3:]])
    given = squared_distance(fitted, numbers.mean(axis=0) + along)
    assert given == pytest.approx(expected, rel=1e-3)

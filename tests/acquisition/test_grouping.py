import numpy as np
import pytest

from pneumoscope.acquisition.grouping import FEWEST_FILMS, choose_groups, prediction_strength

PATIENT = np.array([f"p{n // 2}" for n in range(300)])


def clouds(centres: int, apart: float = 10.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.normal(size=(300, 3)) + apart * (np.arange(300) // 2 % centres)[:, None]


@pytest.mark.parametrize("centres", [2, 3, 4])
def test_as_many_groups_are_found_as_there_are(centres):
    found = choose_groups(clouds(centres), PATIENT, 6, 0.8, seed=7)
    assert found.fitted is not None
    assert found.fitted.n_clusters == centres
    assert [one.groups for one in found.tried] == [2, 3, 4, 5, 6]
    # Each cloud is a group of its own, whole.
    labels = found.fitted.labels_.reshape(-1, 2)
    assert all(len(np.unique(labels[place::centres])) == 1 for place in range(centres))


def test_one_cloud_has_no_groups():
    found = choose_groups(np.random.default_rng(1).normal(size=(300, 10)), PATIENT, 6, 0.8, seed=7)
    assert found.fitted is None
    assert found.tried[0].strength < 0.8


def test_another_seed_gives_the_same_groups():
    first, second = (choose_groups(clouds(3), PATIENT, 6, 0.8, seed).fitted for seed in (1, 2))
    assert first is not None
    assert second is not None
    together = [fit.labels_[:, None] == fit.labels_[None] for fit in (first, second)]
    assert (together[0] == together[1]).all()


def test_films_too_few_for_two_groups_are_not_grouped():
    films = clouds(2)[: 2 * FEWEST_FILMS - 1]
    found = choose_groups(films, PATIENT[: len(films)], 6, 0.8, seed=7)
    assert (found.fitted, list(found.tried)) == (None, [])


def test_a_group_of_few_films_does_not_count():
    films = np.concatenate([clouds(1), clouds(1)[: FEWEST_FILMS - 1] + 100])
    patient = np.array([f"p{n // 2}" for n in range(len(films))])
    found = choose_groups(films, patient, 6, 0.8, seed=7)
    assert found.tried[0].fewest == FEWEST_FILMS - 1
    assert found.tried[0].strength == 1.0
    assert found.fitted is None


def test_strength_is_the_share_of_pairs_kept_together_in_the_least_stable_group():
    # Two far clouds: both halves agree on every pair.
    assert prediction_strength(clouds(2), PATIENT, 2, seed=0) == 1.0
    # Two clouds cut into four: each is split at random, and halves do not agree.
    assert prediction_strength(clouds(2), PATIENT, 4, seed=0) < 0.8


def test_patients_too_few_to_be_halved_have_no_strength():
    assert prediction_strength(clouds(2)[:4], np.array(["a"] * 4), 2, seed=0) == 0.0

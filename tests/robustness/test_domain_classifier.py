import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.ranking import auroc
from pneumoscope.evaluation.sample import Sample
from pneumoscope.robustness.domain_classifier import (
    domain_auroc,
    held_out,
    ranks_within,
    single_features,
    too_few,
)
from pneumoscope.robustness.records import SingleFeature

GROUP = np.repeat([False, True], 60)
PATIENT = np.array([f"p{n // 2}" for n in range(120)])
NAMES = ("train", "test")


def features(shift: float) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame({"still": rng.normal(size=120), "moved": rng.normal(size=120)}).assign(
        moved=lambda frame: frame["moved"] + shift * GROUP
    )


def test_groups_that_differ_are_told_apart_and_others_are_not():
    apart = domain_auroc(features(3.0), GROUP, PATIENT, 0.95, 7)
    alike = domain_auroc(features(0.0), GROUP, PATIENT, 0.95, 7)
    assert apart.value > 0.95
    assert 0.5 < apart.low < apart.high <= 1
    assert alike.low < 0.5 < alike.high


def test_the_interval_allows_for_cross_fitting_and_for_four_comparisons():
    frame = features(0.0)
    ranks = ranks_within(*held_out(frame, GROUP, PATIENT, 7))
    fixed = auroc(Sample.of(GROUP, ranks, PATIENT), 0.95).estimate
    found = domain_auroc(frame, GROUP, PATIENT, 0.95, 7)
    assert found.value == fixed.value
    # The root of 2, and 2.4977 standard errors in place of 1.9600.
    factor = 2**0.5 * 2.4977 / 1.9600
    assert (found.high - found.value) / (fixed.high - fixed.value) == pytest.approx(
        factor, abs=1e-4
    )
    assert (found.value - found.low) / (fixed.value - fixed.low) == pytest.approx(factor, abs=1e-4)


def test_no_film_is_asked_about_by_a_classifier_that_saw_its_patient():
    # Only a classifier that saw the patient could tell these apart: each has a number of its own.
    codes = pd.DataFrame({"patient": pd.factorize(PATIENT)[0].astype(float)})
    alternate = np.arange(120) // 2 % 2 == 1
    _, fold = held_out(codes, alternate, PATIENT, 7)
    assert all(len(set(fold[patient == PATIENT])) == 1 for patient in set(PATIENT))
    found = domain_auroc(codes, alternate, PATIENT, 0.95, 7)
    assert found.low < 0.5
    assert found.value < 0.65


def test_ranks_count_within_each_fold():
    found = ranks_within(np.array([0.9, 0.8, 0.1, 0.2]), np.array([0, 0, 1, 1]))
    assert found.tolist() == [1.0, 0.5, 0.5, 1.0]


def test_single_numbers_are_ranked_by_strength_in_either_direction():
    frame = pd.DataFrame({"none": [1, 2, 1, 2], "down": [4, 3, 2, 1]}, dtype=float)
    strongest, other = single_features(frame, np.array([False, False, True, True]))
    assert strongest == SingleFeature("down", 1.0, False, (3.5, 1.5))
    assert (other.feature, other.auroc) == ("none", 0.5)


@pytest.mark.parametrize(
    ("films", "each", "reason"),
    [
        (19, 1, "test has 19 of 19"),
        (40, 8, "test has 40 of 5"),
        (20, 2, None),
    ],
)
def test_few_films_or_patients_are_refused_by_name(films, each, reason):
    group = np.repeat([False, True], [60, films])
    patient = np.array([f"a{n}" for n in range(60)] + [f"b{n // each}" for n in range(films)])
    found = too_few(group, patient, NAMES)
    assert found is reason or reason in found

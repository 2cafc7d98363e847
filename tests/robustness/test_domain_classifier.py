import numpy as np
import pandas as pd
import pytest

from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness import domain_classifier as telling

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}, "bootstrap": 50})
GROUP = np.repeat([False, True], 60)
PATIENT = np.array([f"p{n // 2}" for n in range(120)])
NAMES = ("train", "test")


def features(shift: float) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame({"still": rng.normal(size=120), "moved": rng.normal(size=120)}).assign(
        moved=lambda frame: frame["moved"] + shift * GROUP
    )


def auroc(frame: pd.DataFrame) -> float:
    ranks = telling.ranks_within(*telling.held_out(frame, GROUP, PATIENT, 7))
    return telling.estimate_auroc(GROUP, ranks, PATIENT, OPTIONS)["value"]


def test_groups_that_differ_are_told_apart_and_others_are_not():
    assert auroc(features(3.0)) > 0.95
    assert 0.35 < auroc(features(0.0)) < 0.65


def test_no_film_is_asked_about_by_a_classifier_that_saw_its_patient():
    # Only a classifier that saw the patient could tell these apart: each has a number of its own.
    codes = pd.DataFrame({"patient": pd.factorize(PATIENT)[0].astype(float)})
    alternate = np.arange(120) // 2 % 2 == 1
    told, fold = telling.held_out(codes, alternate, PATIENT, 7)
    assert all(len(set(fold[patient == PATIENT])) == 1 for patient in set(PATIENT))
    ranks = telling.ranks_within(told, fold)
    assert telling.estimate_auroc(alternate, ranks, PATIENT, OPTIONS)["value"] < 0.65


def test_ranks_count_within_each_fold():
    found = telling.ranks_within(np.array([0.9, 0.8, 0.1, 0.2]), np.array([0, 0, 1, 1]))
    assert found.tolist() == [1.0, 0.5, 0.5, 1.0]


def test_single_numbers_are_ranked_by_strength_in_either_direction():
    frame = pd.DataFrame({"none": [1, 2, 1, 2], "down": [4, 3, 2, 1]}, dtype=float)
    strongest, other = telling.single_strengths(frame, np.array([False, False, True, True]))
    assert strongest == {"feature": "down", "auroc": 1.0, "higher": False, "medians": [3.5, 1.5]}
    assert (other["feature"], other["auroc"]) == ("none", 0.5)


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
    found = telling.too_few(group, patient, NAMES)
    assert found is reason or reason in found


def test_groups_that_never_mix_are_told_apart_with_a_bound():
    found = telling.estimate_auroc(GROUP, GROUP.astype(float), PATIENT, OPTIONS)
    assert (found["value"], found["high"], found["reason"]) == (1.0, 1.0, None)
    assert 0.5 < found["low"] < 1

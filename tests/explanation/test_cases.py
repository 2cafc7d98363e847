import pandas as pd
import pytest

from pneumoscope.explanation.cases import class_representatives, directions, select_cases

SCORES = pd.DataFrame(
    [
        ("a", "PNEUMONIA", 0.9),
        ("b", "PNEUMONIA", 0.6),
        ("c", "PNEUMONIA", 0.9),
        ("d", "PNEUMONIA", 0.4),
        ("e", "NORMAL", 0.1),
        ("f", "NORMAL", 0.3),
        ("g", "NORMAL", 0.49),
    ],
    columns=["radiograph_id", "label", "score"],
)


def chosen(scores: pd.DataFrame = SCORES) -> list[tuple[str, str, str]]:
    cases = select_cases(scores, 0.5).chosen
    return [(case.outcome, case.choice, case.radiograph_id) for case in cases]


def test_each_outcome_gives_the_nearest_and_the_most_confident():
    assert chosen() == [
        ("true positive", "nearest the threshold", "b"),
        ("true positive", "most confident", "a"),
        ("false negative", "nearest the threshold", "d"),
        ("true negative", "nearest the threshold", "g"),
        ("true negative", "most confident", "e"),
    ]


def test_the_choice_depends_on_the_scores_alone():
    assert chosen(SCORES[::-1]) == chosen()


def test_a_score_at_the_threshold_is_predicted_pneumonia():
    case = select_cases(SCORES, 0.9).chosen[0]
    assert (case.outcome, case.predicted, case.score) == (
        "true positive", "PNEUMONIA", pytest.approx(0.9),
    )  # fmt: skip
    assert directions(SCORES["score"], 0.9).tolist() == [1, -1, 1, -1, -1, -1, -1]


def test_a_missing_outcome_is_named_with_its_reason():
    assert select_cases(SCORES, 0.5).missing == {
        "false positive": "no NORMAL radiograph scores at or above the threshold 0.500"
    }


def test_each_class_is_represented_by_a_confident_and_correct_film():
    shown = class_representatives(select_cases(SCORES, 0.5).chosen)
    assert [case.radiograph_id for case in shown] == ["a", "e"]


def test_a_class_without_a_correct_film_is_represented_by_a_wrong_one():
    missed = SCORES[SCORES["radiograph_id"].isin(["d", "e"])]
    shown = class_representatives(select_cases(missed, 0.5).chosen)
    assert [case.outcome for case in shown] == ["false negative", "true negative"]


def test_a_class_without_any_film_is_not_represented():
    normal = SCORES[SCORES["label"] == "NORMAL"]
    shown = class_representatives(select_cases(normal, 0.5).chosen)
    assert [case.label for case in shown] == ["NORMAL"]

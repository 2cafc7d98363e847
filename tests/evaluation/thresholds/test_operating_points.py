import pandas as pd
import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import Confusion, RuleOutcome
from pneumoscope.evaluation.thresholds.operating_points import lock_threshold, operating_points
from pneumoscope.options import EvaluationOptions, ThresholdOptions

OPTIONS = EvaluationOptions.model_validate(
    {
        "threshold": {"rule": "youden"},
        "operating_points": [
            {"rule": "fixed", "value": 0.5},
            {"rule": "youden"},
            {"rule": "grey_zone", "share": 0.5},
        ],
        "prevalences": [0.1],
    }
)


def scored(split: str, labels: str, scores: list[float]) -> pd.DataFrame:
    label = ["PNEUMONIA" if letter == "P" else "NORMAL" for letter in labels]
    return pd.DataFrame({"split": split, "label": label, "score": scores}).assign(
        patient_id=[f"{split}-{n}" for n in range(len(scores))]
    )


SCORES = pd.concat(
    [
        scored("validation", "NNNPPP", [0.1, 0.4, 0.6, 0.35, 0.8, 0.9]),
        scored("test", "NNPP", [0.2, 0.75, 0.6, 0.8]),
    ]
)


def test_every_rule_is_chosen_on_validation_and_told_for_each_split():
    points = operating_points(SCORES, OPTIONS)
    assert list(points) == ["youden", "fixed 0.5", "grey_zone share 0.5"]
    assert points["youden"].threshold == pytest.approx(0.7)
    test = points["youden"].splits["test"]
    assert test.confusion == Confusion(tn=1, fp=1, fn=1, tp=1)
    assert [test.consequences[name].value for name in ("sensitivity", "ppv", "accuracy")] == [
        0.5
    ] * 3
    assert points["fixed 0.5"].splits["validation"].consequences["specificity"].value == (
        pytest.approx(2 / 3)
    )
    assert [point.locked for point in points.values()] == [True, False, False]


def test_test_rows_move_no_threshold():
    moved = SCORES.assign(score=SCORES["score"].where(SCORES["split"] != "test", 0.01))
    before, after = operating_points(SCORES, OPTIONS), operating_points(moved, OPTIONS)
    assert [p.threshold for p in before.values()] == [p.threshold for p in after.values()]
    assert before["youden"].splits["test"] != after["youden"].splits["test"]


def test_a_rule_that_validation_cannot_serve_says_so():
    one_class = SCORES[(SCORES["split"] == "test") | (SCORES["label"] == "NORMAL")]
    fixed = OPTIONS.model_copy(update={"threshold": OPTIONS.operating_points[0]})
    points = operating_points(one_class, fixed)
    assert points["fixed 0.5"].threshold == 0.5
    reason = "validation holds one class only, so the rule cannot be applied"
    assert points["youden"] == RuleOutcome(False, None, None, None, reason, {})
    validation = points["fixed 0.5"].splits["validation"]
    sensitivity = validation.consequences["sensitivity"]
    assert sensitivity == Estimate(None, reason="no radiograph is PNEUMONIA")
    assert "a class is absent" in validation.predictive_values["0.1"].ppv.reason


def test_a_grey_zone_stands_beside_thresholds_with_what_it_defers():
    points = operating_points(SCORES, OPTIONS)
    zone, half = points["grey_zone share 0.5"], points["fixed 0.5"]
    # Three of six on validation: 0.35, 0.4 and 0.6; on test 0.6 alone.
    assert (zone.low, zone.high) == (pytest.approx(0.225), pytest.approx(0.7))
    assert zone.splits["validation"].consequences["accuracy"].value == 1.0
    assert zone.splits["test"].deferred.value == 0.25
    assert zone.splits["test"].confusion == Confusion(tn=1, fp=1, fn=0, tp=1)
    assert (half.low, half.splits["test"].deferred.value) == (None, 0.0)


def test_a_locked_zone_gives_a_threshold_within_it():
    zone = ThresholdOptions.model_validate({"rule": "grey_zone", "share": 0.5})
    point = lock_threshold(SCORES, zone)
    assert point.low < point.threshold < point.high
    points = operating_points(SCORES, OPTIONS.model_copy(update={"threshold": zone}))
    assert list(points)[:2] == ["grey_zone share 0.5", "grey_zone share 0.5, nothing deferred"]
    decided = points["grey_zone share 0.5, nothing deferred"]
    assert (decided.locked, decided.low, decided.threshold) == (False, None, point.threshold)
    assert decided.splits["test"].deferred.value == 0
    assert points["grey_zone share 0.5"].locked
    assert points["grey_zone share 0.5"].threshold == point.threshold


def test_a_rule_that_validation_is_too_small_for_says_so():
    rules = [{"rule": "min_sensitivity", "value": 0.95, "confidence": 0.95}]
    options = EvaluationOptions.model_validate(
        {"threshold": {"rule": "youden"}, "operating_points": rules}
    )
    point = operating_points(SCORES, options)["min_sensitivity 0.95 confidence 0.95"]
    assert point.threshold is None
    assert "3 patients of the class" in point.reason


HARD = SCORES.assign(hard=[False, True, True, True, True, False] + [False] * 4)


def test_a_rule_for_hard_films_reads_these_alone():
    rule = ThresholdOptions.model_validate({"rule": "youden", "part": "hard"})
    assert rule.name == "youden on hard films"
    point = lock_threshold(HARD, rule)
    # Of 0.4 and 0.6 (NORMAL) and 0.35 and 0.8 (PNEUMONIA).
    assert (point.threshold, point.part) == (pytest.approx(0.7), "hard")
    assert point.reason.startswith("on hard films, largest sensitivity + specificity: sensitivity")
    moved = HARD.assign(score=HARD["score"].where(HARD["hard"], 0.99))
    assert lock_threshold(moved, rule) == point
    options = OPTIONS.model_copy(update={"threshold": rule})
    assert operating_points(HARD, options)["youden on hard films"].locked


def test_a_rule_for_hard_films_reads_all_of_validation_where_there_are_none_and_says_so():
    rule = ThresholdOptions.model_validate({"rule": "youden", "part": "hard"})
    point = lock_threshold(SCORES.assign(hard=False), rule)
    everything = lock_threshold(SCORES, ThresholdOptions.model_validate({"rule": "youden"}))
    assert (point.threshold, point.part) == (everything.threshold, None)
    assert point.reason == (
        f"on all of validation, which has too few hard films: {everything.reason}"
    )


@pytest.mark.parametrize(
    "rule", [{"rule": "fixed", "value": 0.5}, {"rule": "grey_zone", "low": 0.4, "high": 0.6}]
)
def test_a_rule_that_reads_nothing_reads_no_hard_films(rule):
    with pytest.raises(ValueError, match="`part` with a rule that reads validation"):
        ThresholdOptions.model_validate({**rule, "part": "hard"})


def test_no_row_bears_the_name_of_films_that_it_did_not_read():
    hard = ThresholdOptions.model_validate({"rule": "youden", "part": "hard"})
    few = SCORES.assign(hard=False)
    beside = OPTIONS.model_copy(update={"operating_points": (hard,)})
    point = operating_points(few, beside)["youden on hard films"]
    assert (point.threshold, point.splits) == (None, {})
    assert point.reason == "validation has too few hard films, so the rule cannot be applied"
    points = operating_points(few, OPTIONS.model_copy(update={"threshold": hard}))
    assert list(points) == ["youden", "fixed 0.5", "grey_zone share 0.5"]
    assert points["youden"].locked
    assert points["youden"].reason.startswith("on all of validation, which has too few hard films")

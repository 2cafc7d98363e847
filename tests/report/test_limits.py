import pandas as pd
from example_metrics import model_metrics

from pneumoscope.report.limits import limits, looks_at_test

MEASURED = {
    "splits": {"test": {"n": 121, "patients": 80}},
    "subgroups": {"absent": {"age": "not recorded", "sex": "not recorded"}},
}


def test_the_size_of_the_test_and_what_is_not_recorded_are_named():
    named = limits(model_metrics(MEASURED), "children", synthetic=False)
    assert "The test is small: 80 children, 121 radiographs." in named
    assert "Not recorded, so not checked: age and sex." in named
    large = {**MEASURED, "splits": {"test": {"n": 3000, "patients": 1000}}}
    assert "There is one test part: 1,000 children, 3,000 radiographs." in limits(
        model_metrics(large), "children", False
    )


def test_nothing_is_called_unrecorded_where_all_is_recorded():
    recorded = {**MEASURED, "subgroups": {"absent": {}}}
    named = limits(model_metrics(recorded), "children", synthetic=False)
    assert not [limit for limit in named if limit.startswith("Not recorded")]


def test_phantoms_are_a_limit():
    assert limits(model_metrics(MEASURED), "phantoms", synthetic=True)[0] == (
        "The radiographs are drawn by a program."
    )


def log(*models: str, rule: str = "youden", threshold: float = 0.5) -> pd.DataFrame:
    return pd.DataFrame({"model": list(models), "rule": rule, "threshold": threshold})


def test_once_is_said_only_where_the_log_knows_each_model_once_and_no_other():
    once = "On record are one evaluation of each model on the test and no other"
    assert looks_at_test(log("a", "b"), ["a", "b"]).startswith(once)
    for other in (log("a", "b", "b"), log("a", "b", "an older c"), log("a"), log()):
        assert once not in looks_at_test(other, ["a", "b"])


def test_every_further_look_at_test_is_counted():
    sentence = looks_at_test(log("a", "b", "b", "c"), ["a", "b"])
    assert sentence.startswith("On record are 4 evaluations on the test, of 3 different models;")


def test_the_very_same_evaluation_again_is_told_as_such_and_any_other_is_not():
    same = looks_at_test(log("a", "b", "b"), ["a", "b"])
    assert same.startswith("On record are 3 evaluations on the test, each of a reported model at")
    assert "Repeated evaluation" not in same
    moved = pd.concat([log("a", "b"), log("b", threshold=0.4)])
    for other in (moved, log("a", "b", "an older c"), log("a", "b", "b", "an older c")):
        assert "Repeated evaluation of one test favours" in looks_at_test(other, ["a", "b"])
    assert "one threshold" not in looks_at_test(log("a", "b"), ["a", "b"])


def test_a_model_that_the_log_does_not_know_is_no_model_that_was_evaluated_once():
    for unknown in (log(), log("a", "an older b")):
        assert "not on record for every model" in looks_at_test(unknown, ["a", "b"])


def test_altered_films_are_no_further_look_at_test():
    both = pd.concat([log("a"), log("a", rule="youden, altered films")])
    assert looks_at_test(both, ["a"]) == looks_at_test(log("a"), ["a"])

import pandas as pd
from example_metrics import model_metrics

from pneumoscope.report.limits import evaluations_on_test, limits, looks_at_test

MEASURED = {
    "splits": {"test": {"n": 121, "patients": 80}},
    "subgroups": {"absent": {"age": "not recorded", "sex": "not recorded"}},
}


def test_the_size_of_the_test_and_what_is_not_recorded_are_told():
    told = limits(model_metrics(MEASURED), "children", synthetic=False)
    assert "The test is small: 80 children, 121 radiographs." in told
    assert "Not recorded, so not checked: age and sex." in told
    large = {**MEASURED, "splits": {"test": {"n": 3000, "patients": 1000}}}
    assert "There is one test: 1,000 children, 3,000 radiographs." in limits(
        model_metrics(large), "children", False
    )


def test_phantoms_are_a_limit():
    assert limits(model_metrics(MEASURED), "phantoms", synthetic=True)[0] == (
        "The radiographs are drawn by a program."
    )


def test_every_further_look_at_test_is_told():
    assert looks_at_test(3, models=3) == "Every model was evaluated on the test once."
    assert "evaluated 7 times" in looks_at_test(7, models=3)


def test_altered_films_are_no_further_look_at_test():
    rules = ["youden", "youden, altered films", "fixed 0.5"]
    assert evaluations_on_test(pd.DataFrame({"rule": rules})) == 2
    assert evaluations_on_test(pd.DataFrame({"rule": []})) == 0

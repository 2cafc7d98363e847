import pytest
from pydantic import ValidationError

from pneumoscope.naming import Metric
from pneumoscope.options import StudyOptions

GIVEN = {
    "name": "Study",
    "asked": "It asked for recall.",
    "target": {"metric": "sensitivity", "at_least": 0.9, "source": "the study"},
    "protocol": "As it was.",
    "bias": "Much.",
    "differs": ["Not at all."],
    "arms": {"reproduced": "as published", "honest": "by patient"},
    "honest": "honest",
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"honest": "honset"},
            r"`honest` as one of the arms \['reproduced', 'honest'\], received 'honset'",
        ),
        ({"arms": {}}, "(?s)arms.*at least 1 item"),
        ({"differs": []}, "(?s)differs.*at least 1 item"),
        ({"target": {**GIVEN["target"], "at_least": 95}}, "(?s)at_least.*less than or equal to 1"),
        ({"target": {**GIVEN["target"], "metric": "recall"}}, "(?s)metric.*'sensitivity'"),
    ],
)
def test_a_study_that_cannot_be_judged_is_refused(change, message):
    with pytest.raises(ValidationError, match=message):
        StudyOptions.model_validate({**GIVEN, **change})


def test_the_target_comes_first_and_no_metric_twice():
    target = {**GIVEN["target"], "then": "accuracy"}
    reported = ["f1", "accuracy", "sensitivity"]
    study = StudyOptions.model_validate({**GIVEN, "target": target, "reported": reported})
    assert study.metrics == [Metric.SENSITIVITY, Metric.ACCURACY, Metric.F1]

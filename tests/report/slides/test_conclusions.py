import pytest
from example_metrics import estimate

from pneumoscope.report.slides import conclusions


def steps(told):
    return conclusions.what_to_do(told).body.items


def test_the_next_steps_follow_from_what_was_found(run, context):
    told = steps(context(run))
    assert told[0].startswith("Store all radiographs alike")
    assert told[1].endswith("whether it carries over cannot be told.")
    assert told[2] == "Look closer at disease virus: it does worse there."
    run.ingestion_audit["shortcuts"] = []
    run.metrics["cnn"]["subgroups"] = {"absent": {}, "splits": {"test": {}}}
    assert len(steps(context(run))) == 2


@pytest.mark.parametrize(
    ("value", "width", "told"),
    [
        (0.7, 0.05, "specificity changed"),
        (0.9, 0.01, "carried over"),
        (None, 0.05, "cannot be told"),
    ],
)
def test_whether_the_threshold_carries_over_is_said(run, context, value, width, told):
    for split in ("validation", "test"):
        metrics = run.metrics["cnn"]["splits"][split]["metrics"]
        metrics["sensitivity"] = estimate(0.9, 0.9 - width, 0.9 + width)
        metrics["specificity"] = estimate(0.75, 0.75 - width, 0.75 + width)
    bounds = (None, None) if value is None else (value - width, value + width)
    metrics["sensitivity"] = estimate(value, *bounds)
    assert any(told in step for step in steps(context(run)))


def test_phantoms_are_sent_back_to_real_radiographs(phantom_run, context):
    assert "Phantoms say nothing" in conclusions.what_to_do(context(phantom_run)).title


def test_limits_tell_how_often_test_was_looked_at(run, context):
    for name in run.metrics:
        run.metrics[name]["model"]["fingerprint"] = name
    run.access_log["model"] = list(run.metrics)
    note = conclusions.limits(context(run)).note
    assert note.startswith("On record are one evaluation of each model on the test and no other")

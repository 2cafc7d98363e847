from dataclasses import replace

import pytest
from example_metrics import model_metrics
from example_sites import site_metrics, site_result

from pneumoscope.external.known import external_tests

METRICS = {"mlp": model_metrics(), "cnn": model_metrics()}


def test_what_is_of_the_very_model_is_kept_in_the_order_of_the_comparison():
    both = site_result(models={"cnn": site_metrics(), "mlp": site_metrics()})
    tests = external_tests({"clinic": both}, METRICS, 0.95)
    assert tests.dropped == []
    assert list(tests.sites["clinic"].models) == ["mlp", "cnn"]
    assert list(tests.of("cnn")) == ["clinic"]
    assert tests.of("vgg16") == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"model": {"fingerprint": "0" * 64}}, "another model (000000000000)"),
        ({"operating_point": {"threshold": 0.4}}, "another lock (bbbbbbbbbbbb)"),
        ({"lock_revision": 2}, "another lock (bbbbbbbbbbbb)"),
    ],
)
def test_what_is_of_another_model_or_lock_is_dropped_and_named(change, reason):
    result = site_result(models={"cnn": site_metrics(measured=change), "mlp": site_metrics()})
    tests = external_tests({"clinic": result}, METRICS, 0.95)
    (dropped,) = tests.dropped
    assert (dropped.site, dropped.model, dropped.reason) == ("clinic", "cnn", reason)
    assert list(tests.sites["clinic"].models) == ["mlp"]
    alone = site_result(models={"cnn": site_metrics(measured=change)})
    assert external_tests({"clinic": alone}, METRICS, 0.95).sites == {}


def test_a_model_of_another_run_and_other_intervals_are_dropped():
    result = site_result(models={"vgg16": site_metrics(), "cnn": site_metrics(confidence=0.9)})
    tests = external_tests({"clinic": result}, METRICS, 0.95)
    assert [one.reason for one in tests.dropped] == ["no model of this run", "intervals of 90%"]
    assert external_tests({"clinic": result}, METRICS).of("cnn")


def test_nothing_on_record_is_no_test():
    assert external_tests({}, METRICS, 0.95).sites == {}
    assert replace(external_tests({}, METRICS)).dropped == []

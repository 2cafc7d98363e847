from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.estimates import estimate_cell, rounded


def test_a_value_keeps_its_interval():
    measured = {"value": 0.9, "low": 0.8, "high": 0.95}
    assert estimate_cell(measured) == Estimate(0.9, 0.8, 0.95)


def test_an_undefined_value_gives_its_reason():
    measured = {"value": None, "low": None, "high": None, "reason": "no radiograph is NORMAL"}
    assert estimate_cell(measured) == Estimate(None, reason="no radiograph is NORMAL")


def test_a_rounded_number_is_never_minus_zero():
    assert str(rounded(-0.0001)) == "0.0"

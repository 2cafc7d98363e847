import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.cells import show
from pneumoscope.report.estimates import difference_cell, estimate_cell, estimate_in_words


def test_a_value_keeps_its_interval():
    measured = {"value": 0.9, "low": 0.8, "high": 0.95}
    assert estimate_cell(measured) == Estimate(0.9, 0.8, 0.95)
    assert estimate_in_words(measured) == "0.900 (0.800 to 0.950)"


def test_an_undefined_value_gives_its_reason():
    measured = {"value": None, "low": None, "high": None, "reason": "no radiograph is NORMAL"}
    assert estimate_cell(measured) == Estimate(None, reason="no radiograph is NORMAL")
    assert estimate_in_words(measured) == "no value (no radiograph is NORMAL)"


@pytest.mark.parametrize(
    ("value", "shown"), [(-0.0004, "+0.000"), (-0.0006, "-0.001"), (0.0121, "+0.012")]
)
def test_a_difference_never_shows_as_minus_zero(value, shown):
    cell = difference_cell({"value": value, "low": -0.0001, "high": None})
    assert show(cell, "+.3f").text == shown


def test_a_difference_without_a_value_says_so():
    cell = difference_cell({"value": None, "low": None, "high": None})
    assert cell == Estimate(None, reason="undefined for one of the two")

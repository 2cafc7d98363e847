import pytest

from pneumoscope.decimals import decimal, percent
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.cells import show


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.0003, ".3f", "0.0003"), (0.9996, ".3f", "0.9996"), (-0.0001, ".3f", "-0.0001"),
        (0.0502, ".3f", "0.0502"), (0.4999, ".2f", "0.4999"), (99.97, ".1f", "99.97"),
        (0.0004, ".1%", "0.04%"), (0.99996, ".0%", "99.996%"), (1.0004, ".3f", "1.0004"),
    ],
)  # fmt: skip
def test_a_number_is_shown_at_a_mark_only_where_it_is(value, number_format, text):
    assert decimal(value, number_format) == text


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.0, ".3f", "0.000"), (1.0, ".3f", "1.000"), (0.05, ".3f", "0.050"), (0.5, ".2f", "0.50"),
        (100.0, ".1f", "100.0"), (1.0, ".1%", "100.0%"), (0.12345, ".3f", "0.123"),
        (5856, ",", "5,856"), (1234.5, ",.1f", "1,234.5"), (0.71, ".4g", "0.71"),
    ],
)  # fmt: skip
def test_other_numbers_get_no_more_digits_than_asked_for(value, number_format, text):
    assert decimal(value, number_format) == text


@pytest.mark.parametrize("value", [-1e-12, -0.0, 0.3 - 0.1 - 0.2])
def test_zero_bears_no_minus(value):
    assert decimal(value) == "0.000"
    assert decimal(value, "+.2f") == "+0.00"


def test_an_interval_never_contradicts_what_is_said_of_it():
    better = Estimate(0.0121, 0.0003, 0.0242)
    assert str(better) == "0.012 (0.0003 to 0.024)"
    assert show(better).detail == "0.0003 to 0.024"
    nearly_all = Estimate(0.9996, 0.9981, 1.0)
    assert str(nearly_all) == "0.9996 (0.998 to 1.000)"
    assert show(nearly_all).text == "0.9996"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.01, "1%"), (0.07, "7%"), (0.125, "12.5%"), (0.001, "0.1%"), (1.0, "100%")],
)
def test_a_share_that_was_set_is_written_as_it_was_set(share, text):
    assert percent(share) == text

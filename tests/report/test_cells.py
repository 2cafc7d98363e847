import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.cells import NO_REASON, Shown, show


@pytest.mark.parametrize(
    ("cell", "number_format", "expected"),
    [
        (5856, "", Shown("5,856", numeric=True)),
        (0.12345, "", Shown("0.123", numeric=True)),
        (0.5, ".0%", Shown("50%", numeric=True)),
        (Estimate(0.9, 0.8, 1.0), ".2f", Shown("0.90", "0.80 to 1.00", numeric=True)),
        (Estimate(0.9), "", Shown("0.900", numeric=True)),
        (True, "", Shown("yes")),
        ("cnn", ".3f", Shown("cnn")),
        (None, "", Shown("n/a", reason=NO_REASON)),
        (float("nan"), "", Shown("n/a", reason=NO_REASON)),
        (Estimate(None, reason="one class only"), "", Shown("n/a", reason="one class only")),
    ],
)
def test_a_cell_is_shown_as_text(cell, number_format, expected):
    assert show(cell, number_format) == expected


@pytest.mark.parametrize(
    ("value", "shown"), [(-1e-12, "+0.000"), (-0.0004, "-0.0004"), (0.0121, "+0.012")]
)
def test_a_number_never_shows_as_minus_zero(value, shown):
    assert show(Estimate(value), "+.3f").text == shown
    assert show(value, "+.3f").text == shown
    assert show(Estimate(0.0, value, 0.5), "+.3f").detail == f"{shown} to +0.500"

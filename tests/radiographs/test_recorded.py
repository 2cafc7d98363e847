import math

import pandas as pd
import pytest

from pneumoscope.radiographs.recorded import (
    RECORDED,
    STORED,
    age_of,
    clean,
    sex_of,
    view_of,
    with_recorded,
)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("034Y", 34), ("34", 34), (34, 34), (34.5, 34.5), ("018M", 1.5), ("006W", 0.11),
        ("010D", 0.03), ("3 weeks", 0.06), ("0Y", 0), ("095Y", 90), ("120", 90),
        ("34,5", 34.5), ("34 yrs", 34), ("3 mos", 0.25), ("6 wks", 0.11), ("000D", 0),
        ("40 yo", 40),
    ],
)  # fmt: skip
def test_ages_are_years(text, years):
    assert age_of(text) == years


@pytest.mark.parametrize(
    "text", ["", None, "old", "414Y", "999", math.nan, "-3", "1e3", "Y", "5k", "5 rs"]
)
def test_an_age_that_is_none_is_not_recorded(text):
    assert math.isnan(age_of(text))


@pytest.mark.parametrize(
    ("written", "told"),
    [("M", "male"), ("f ", "female"), ("Female", "female"), ("O", "other"), ("", ""), ("U", ""),
     (None, ""), ("Unknown", ""), ("männlich", "male"), ("Mujer", "female"), ("1", "")],
)  # fmt: skip
def test_sexes_have_one_spelling(written, told):
    assert sex_of(written) == told


@pytest.mark.parametrize(
    ("written", "told"),
    [("PA", "PA"), ("ap", "AP"), ("AP_horizontal", "AP"), ("LL", "lateral"), ("RLD",
      "lateral decubitus"), ("ANTEROPOSTERIOR", "AP"), ("COSTAL", "COSTAL"), ("LAO", "oblique"),
     ("", "")],
)  # fmt: skip
def test_views_have_one_spelling(written, told):
    assert view_of(written) == told


def test_text_is_one_short_line_that_no_spreadsheet_computes():
    assert clean(' ACME\n\x00"Ray" ') == 'ACME "Ray"'
    assert clean("=1+1") == "1+1"
    assert clean("x" * 99) == "x" * 64
    assert clean(None) == clean(math.nan) == ""


def test_what_is_not_recorded_is_missing_whatever_it_was():
    row = dict.fromkeys((*RECORDED, *STORED))
    manifest = with_recorded(pd.DataFrame([row, {**row, "sex": "", "age": ""}]))
    assert manifest[list(RECORDED)].isna().all(axis=None)
    assert manifest["age"].dtype == manifest["exposure"].dtype == float
    assert manifest["site"].dtype == "str"

import numpy as np
import pandas as pd
import pytest

from pneumoscope.ingestion.appearance import appearance_sentences, appearance_warnings
from pneumoscope.ingestion.scan import scan


def files(count: int = 20, **odd: object) -> pd.DataFrame:
    """A table of a scan whose last row is odd."""
    usual = {"reason": "", "brightness": 120.0, "contrast": 180.0, "orientation": ""}
    rows = [{"path": f"{i}.png", **usual} for i in range(count)]
    rows[-1].update(odd)
    return pd.DataFrame(rows)


def radiographs(*warnings: str, of: int) -> pd.DataFrame:
    padded = [*warnings, *[""] * (of - len(warnings))]
    return pd.DataFrame({"path": [f"{i}.png" for i in range(of)], "warning": padded})


@pytest.mark.parametrize(
    ("odd", "warning"),
    [
        ({}, ""),
        ({"orientation": "upside down"}, "looks upside down"),
        ({"brightness": 39.0}, "far darker than usual"),
        ({"brightness": 41.0}, ""),
        ({"contrast": 59.0}, "far flatter than usual"),
        ({"contrast": 61.0}, ""),
        (
            {"brightness": 1.0, "contrast": 1.0, "orientation": "inverted"},
            "looks inverted, far darker than usual, far flatter than usual",
        ),
        ({"brightness": 0.0, "contrast": 0.0, "reason": "empty"}, ""),
    ],
)
def test_a_film_unlike_the_others_is_marked_and_no_other(odd, warning):
    assert appearance_warnings(files(**odd)) == [""] * 19 + [warning]


def test_a_dark_collection_is_its_own_measure():
    dark = files().assign(brightness=20.0, contrast=30.0)
    assert not any(appearance_warnings(dark))


def test_few_films_are_measured_by_typical_ones():
    assert appearance_warnings(files(1, brightness=15.0)) == ["far darker than usual"]
    assert appearance_warnings(files(1)) == [""]


def test_no_file_at_all_gives_no_warning():
    assert appearance_warnings(files().iloc[:0]) == []


def test_sentences_are_silent_where_there_is_nothing_to_tell():
    assert appearance_sentences(radiographs(of=50)) == []
    assert appearance_sentences(radiographs(of=0)) == []


@pytest.mark.parametrize(
    ("warning", "told"),
    [
        ("looks inverted", "1 of 400 radiographs looks inverted, white for black: 0.png."),
        ("looks on its side", "1 of 400 radiographs looks turned by 90° (as told"),
        ("looks upside down", "1 of 400 radiographs looks upside down (as told"),
        ("far darker than usual", "1 of 400 radiographs is far darker than usual"),
        ("far flatter than usual", "1 of 400 radiographs is far flatter than usual"),
    ],
)
def test_one_film_is_told_where_false_alarms_are_rare(warning, told):
    (sentence,) = appearance_sentences(radiographs(warning, of=400))
    assert sentence.startswith(told)


def test_as_many_mirrored_films_as_false_alarms_are_no_news():
    # 0.33 % of 1,000 is 3.3; two standard deviations more is 6.9.
    assert appearance_sentences(radiographs(*["looks mirrored"] * 6, of=1000)) == []
    (sentence,) = appearance_sentences(radiographs(*["looks mirrored"] * 7, of=1000))
    assert sentence.startswith("7 of 1,000 radiographs look mirrored left to right (as told by")
    assert sentence.endswith(": 0.png, 1.png, 2.png, ….")


def test_two_ways_at_once_are_counted_in_both():
    found = appearance_sentences(radiographs("looks inverted and on its side", of=30))
    assert len(found) == 2


def test_the_scan_looks_at_every_film(encode, gradient, ingestion_options):
    dim = (gradient // 8).astype(np.uint8)
    films = {"a.png": lambda: encode(gradient, "PNG"), "b.png": lambda: encode(dim, "PNG")}
    found = list(scan(films, ingestion_options))
    assert found[0].brightness == pytest.approx(8 * found[1].brightness, rel=0.1)
    assert found[0].contrast > 200

import pandas as pd
import pytest

from pneumoscope.evaluation.label_doubts import LISTED
from pneumoscope.naming import SplitPolicy
from pneumoscope.report.blocks import Paragraph, Part
from pneumoscope.report.films import ListedFilms
from pneumoscope.report.sections.label_doubts import label_doubts_section

DOUBTS = pd.DataFrame(
    [
        ["a", "train", "NORMAL", "normal", "PNEUMONIA", 0.95, 0.9],
        ["b", "train", "PNEUMONIA", "virus", "NORMAL", 0.1, 0.8],
    ],
    columns=LISTED,
)
COMPARED = {"train": 40, "validation": 10, "test": 0}


def section(
    rows: pd.DataFrame = DOUBTS,
    compared: dict = COMPARED,
    shown: str = "a",
    policy: SplitPolicy = SplitPolicy.OFFICIAL,
):
    pictures = dict.fromkeys(shown, b"png")
    return label_doubts_section(ListedFilms("", rows, pictures, {}), compared, policy).blocks


def test_doubts_are_counted_and_the_worst_are_shown():
    words, films, method = section()
    assert words.text.startswith(
        "Of 50 labels that were compared (40 of train and 10 of validation), 2 are contradicted"
    )
    assert "none was changed" in words.text
    assert isinstance(films, Part)
    (film,) = films.blocks[0].films
    assert film.lines == ["NORMAL, looks PNEUMONIA", "probability of that 0.950, train", "a"]
    assert films.summary == "1 shown"
    assert method.method


def test_without_a_doubt_nothing_is_doubted():
    words, method = section(DOUBTS[:0])
    assert words.text.endswith("none is contradicted with confidence.")
    assert isinstance(method, Paragraph)


def test_where_nothing_was_compared_nothing_is_told():
    words, _ = section(DOUBTS[:0], {"train": 0, "validation": 0, "test": 0})
    assert words.text.startswith("Nothing can be told of labels")


@pytest.mark.parametrize(
    ("policy", "validated", "said"),
    [
        ("official", 10, "Test is left out: its errors stand above."),
        ("official", 0, "Test is left out: its errors stand above."),
        ("test_as_validation", 10, "so the labels compared there are those of test."),
        ("test_as_validation", 0, "is left out with it: its errors stand above."),
    ],
)
def test_which_splits_were_compared_is_told_as_it_was(policy, validated, said):
    compared = {"train": 40, "validation": validated, "test": 0}
    *_, method = section(compared=compared, policy=SplitPolicy(policy))
    assert method.text.endswith(said)
    left_out = "Validation is left out: it has no calibrated probability of every model."
    assert (left_out in method.text) == (validated == 0)
    assert ("or from the calibrated model itself" in method.text) == (validated > 0)
    assert ("validation chose the epoch" in method.text) == (validated > 0)

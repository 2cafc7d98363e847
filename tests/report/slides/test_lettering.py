import io

import pytest
from matplotlib.figure import Figure

from pneumoscope.report.slides.lettering import broken, fitted, height_of, text_width


def test_width_grows_with_the_size_and_with_the_text():
    assert text_width("pneumonia", 20) == pytest.approx(2 * text_width("pneumonia", 10))
    assert text_width("mmm", 10) > text_width("iii", 10)
    assert text_width("film", 10, "bold") > text_width("film", 10)


def test_a_figure_drawn_in_between_changes_no_width():
    before = text_width("pneumonia", 10), text_width("film", 10, "bold")
    figure = Figure()
    figure.text(0.1, 0.1, "small", size=5)
    figure.text(0.1, 0.5, "small", size=5, weight="bold")
    figure.savefig(io.BytesIO(), dpi=40)
    assert (text_width("pneumonia", 10), text_width("film", 10, "bold")) == before


def test_no_line_is_wider_than_the_room_and_no_word_is_lost():
    text = "Of 100 children with pneumonia, cnn finds 90."
    lines = broken(text, 20, 200)
    assert " ".join(lines) == text
    assert len(lines) > 1
    assert all(text_width(line, 20) <= 200 for line in lines)


def test_a_word_that_is_too_long_keeps_its_own_line():
    assert broken("a pneumoultramicroscopic b", 20, 50) == ["a", "pneumoultramicroscopic", "b"]


def test_the_largest_size_that_fits_is_taken_and_the_last_in_any_case():
    texts = ["one two three four", "five"]
    size, lines = fitted(texts, (40, 20, 10), width=220, height=100)
    assert size == 20
    assert height_of(lines, size) <= 100
    assert fitted(texts, (40, 20), width=220, height=1)[0] == 20


def test_height_counts_lines_and_the_gaps_between_paragraphs():
    assert height_of([["a", "b"], ["c"]], 10) == pytest.approx((3 + 0.75) * 1.28 * 10)

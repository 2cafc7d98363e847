import pytest

import pneumoscope
from pneumoscope.report.frequencies import Frequency
from pneumoscope.report.slides.blocks import Bar, Bars, Dots, Numbers, Picture, Points, Slide
from pneumoscope.report.slides.drawing import draw_slides


def texts(figure):
    return [text.get_text() for text in figure.texts]


@pytest.fixture
def bodies(encode, gradient):
    return [
        Points(["a sentence"]),
        Numbers([("94 of 100", "are found")]),
        Dots(Frequency(94, 100), "found", "missed"),
        Bars([Bar("cnn", 0.9, 0.8, 0.95), Bar("mlp", 0.7)]),
        Picture(encode(gradient, "PNG"), [("30", "NORMAL")]),
    ]


def test_every_kind_of_body_stands_below_title_notice_and_number(bodies):
    slides = [Slide("Result", "A message.", body, "A note.") for body in bodies]
    pages = draw_slides(slides, synthetic="")
    for number, page in enumerate(pages, start=1):
        assert tuple(page.get_size_inches()) == pytest.approx((16 * 7.5 / 9, 7.5))
        expected = {pneumoscope.NOTICE, f"{number} / 5", "RESULT", "A message.", "A note."}
        assert expected <= set(texts(page))
        assert page.axes


def test_phantoms_are_named_on_every_slide_and_patients_on_none(bodies):
    slides = [Slide("Result", "A message.", body) for body in bodies]
    assert all(any("SYNTHETIC" in t for t in texts(p)) for p in draw_slides(slides, True))
    assert not any("SYNTHETIC" in t for p in draw_slides(slides, False) for t in texts(p))


@pytest.mark.parametrize(
    ("marked", "drawn"),
    [(Frequency(94, 100), (94, 6)), (Frequency(998, 1000), (998, 2)),
     (Frequency(4, 10_000), (0, 1000))],
)  # fmt: skip
def test_as_many_dots_are_marked_as_are_told_but_never_more_than_a_thousand(marked, drawn):
    (page,) = draw_slides([Slide("Result", "A.", Dots(marked, "found", "missed"))], False)
    assert tuple(len(dots.get_offsets()) for dots in page.axes[0].collections) == drawn


def test_bars_begin_at_none_and_carry_their_intervals():
    body = Bars([Bar("cnn", 0.9, 0.8, 0.95), Bar("mlp", 0.7)])
    (page,) = draw_slides([Slide("Result", "A.", body)], False)
    (ax,) = page.axes
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [
        (0.0, pytest.approx(0.9)),
        (0.0, pytest.approx(0.7)),
    ]
    assert [list(line.get_xdata()) for line in ax.lines] == [[0.8, 0.95]]
    assert [label.get_text() for label in ax.texts] == ["90 of 100", "70 of 100"]

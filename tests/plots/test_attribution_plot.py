from types import SimpleNamespace

import numpy as np

from pneumoscope.explanation.records import Case
from pneumoscope.naming import Choice, Label, Outcome
from pneumoscope.plots.attribution import plot_attribution

FILMS = np.full((2, 10, 20), 100, dtype=np.uint8)
MAPS = np.stack([np.zeros((10, 20)), np.eye(10, 20)])


def case(choice: str, outside: float | None) -> Case:
    label = Label.PNEUMONIA
    return Case(Outcome.TRUE_POSITIVE, Choice(choice), "x", label, label, 0.756, outside)


def drawn():
    cases = [case("nearest the threshold", None), case("most confident", 0.25)]
    return plot_attribution(SimpleNamespace(cases=cases), {"films": FILMS, "maps": MAPS})


def test_each_film_has_its_score_and_each_map_its_share():
    titles = [ax.get_title() for ax in drawn().axes]
    assert titles.count("score 0.76") == 2
    assert titles.count("25% outside") == 1
    assert titles.count("empty map") == 1


def test_an_outcome_that_is_missing_says_so_and_a_map_that_is_empty_shows_the_film():
    figure = drawn()
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert texts.count("none on test") == 6
    images = {ax.get_title(): len(ax.images) for ax in figure.axes}
    assert (images["empty map"], images["25% outside"]) == (1, 2)


def test_a_lone_film_is_not_said_to_be_missing():
    cases = [case("nearest the threshold", 0.1)]
    figure = plot_attribution(SimpleNamespace(cases=cases), {"films": FILMS[:1], "maps": MAPS[1:]})
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert (texts.count("there is only one"), texts.count("none on test")) == (1, 6)


def test_the_dashed_field_has_its_share_of_the_sides():
    (ax,) = (ax for ax in drawn().axes if ax.get_title() == "25% outside")
    (field,) = ax.patches
    assert (field.get_width(), field.get_height()) == (18, 8)
    assert field.get_xy() == (0.5, 0.5)

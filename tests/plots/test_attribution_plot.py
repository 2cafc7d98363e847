import numpy as np

from pneumoscope.plots.attribution import plot_attribution

FILMS = np.full((2, 10, 20), 100, dtype=np.uint8)
MAPS = np.stack([np.zeros((10, 20)), np.eye(10, 20)])


def case(choice: str, outside: float | None) -> dict:
    return {
        "outcome": "true positive", "choice": choice, "label": "PNEUMONIA", "score": 0.756,
        "outside": outside,
    }  # fmt: skip


def drawn():
    explanations = {
        "cases": [case("nearest the threshold", None), case("most confident", 0.25)],
        "outside": {"central_field": [0.5, 0.8]},
    }
    return plot_attribution(explanations, {"films": FILMS, "maps": MAPS})


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
    explanations = {
        "cases": [case("nearest the threshold", 0.1)],
        "outside": {"central_field": [0.5, 0.8]},
    }
    figure = plot_attribution(explanations, {"films": FILMS[:1], "maps": MAPS[1:]})
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert (texts.count("there is only one"), texts.count("none on test")) == (1, 6)


def test_the_dashed_field_has_its_share_of_the_sides():
    (ax,) = (ax for ax in drawn().axes if ax.get_title() == "25% outside")
    (field,) = ax.patches
    assert (field.get_width(), field.get_height()) == (16, 5)
    assert field.get_xy() == (1.5, 2.0)

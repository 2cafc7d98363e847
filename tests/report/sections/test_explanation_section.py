from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import Figure, Paragraph, Table, flattened
from pneumoscope.report.sections import explanation_section


def share(value: float | None, margin: float = 0.05) -> dict:
    if value is None:
        return {"value": None, "low": None, "high": None, "reason": "every map is empty"}
    return {"value": value, "low": value - margin, "high": value + margin}


def explained(normal: float | None = 0.3, pneumonia: float = 0.3, **changes) -> dict:
    sanity = {"rank_correlation": 0.04, "lowest": -0.2, "highest": 0.3, "passed": True,
              "verdict": "the map depends on what was learnt"}  # fmt: skip
    case = {"outcome": "true positive", "choice": "most confident", "radiograph_id": "test/x",
            "label": "PNEUMONIA", "score": 0.9, "outside": None}  # fmt: skip
    return {
        "method": "Grad-CAM",
        "layer": "relu",
        "map_size": [5, 5],
        "cases": [case],
        "missing": {"false positive": "no NORMAL radiograph scores at or above 0.5"},
        "sanity": sanity,
        "outside": {
            "even_share": 0.44,
            "classes": {"NORMAL": share(normal), "PNEUMONIA": share(pneumonia)},
        },
        **changes,
    }


def section(**explanations: dict):
    figures = dict.fromkeys(explanations, b"png")
    return list(flattened(explanation_section(explanations, figures, figures).blocks))


def captions(**changes) -> list[str]:
    found = section(cnn=explained(**changes))
    return [block.caption for block in found if isinstance(block, Figure)]


def table(**explanations: dict) -> Table:
    return next(block for block in section(**explanations) if isinstance(block, Table))


def test_the_table_tells_how_far_the_maps_can_be_trusted():
    (row,) = table(cnn=explained(normal=None)).rows
    assert row[3] == Estimate(0.04, -0.2, 0.3)
    assert row[4] == Estimate(None, reason="every map is empty")
    assert row[5] == Estimate(0.3, 0.25, 0.35)
    assert row[6] == 0.44


def test_maps_like_those_of_untrained_models_are_not_to_be_read():
    alike = explained()["sanity"] | {"passed": False, "rank_correlation": 0.8}
    caption = table(mlp=explained(), cnn=explained(sanity=alike)).caption
    assert "Do not read the maps of cnn: untrained models give much the same." in caption
    assert "Maps of mlp change when the weights are drawn anew, as they must." in caption


def test_an_unknown_sanity_is_shown_as_such():
    unknown = explained()["sanity"] | {
        "passed": None, "rank_correlation": None, "verdict": "not known: every map is empty",
    }  # fmt: skip
    (row,) = table(cnn=explained(sanity=unknown)).rows
    assert row[3] == Estimate(None, reason="not known: every map is empty")
    caption = table(cnn=explained(sanity=unknown)).caption
    assert caption.startswith("Whether the maps of cnn show what was learnt is not known.")


def test_the_caption_warns_of_attribution_off_the_lungs():
    assert "gathers in the centre, where lungs are" in captions()[0]
    warned = captions(pneumonia=0.7)[0]
    assert "On PNEUMONIA films more attribution lies off centre than an even spread" in warned
    assert "Only on PNEUMONIA films does attribution gather" in captions(normal=0.44)[0]
    assert "does not gather in the centre" in captions(normal=0.44, pneumonia=0.44)[0]


def test_a_coarse_map_is_said_to_tell_nothing_of_the_centre():
    assert "On both classes attribution gathers" in captions(map_size=[3, 3])[0]
    caption = captions(map_size=[2, 2])[0]
    assert "too coarse to tell the centre from the border" in caption
    assert "gathers" not in caption


def test_the_caption_names_a_missing_outcome_with_its_reason():
    assert "No false positive: no NORMAL radiograph scores at or above 0.5." in captions()[0]


def test_weights_and_gradients_on_pixels_are_explained_as_what_they_are():
    maps, layers = captions(layer=None, method="SmoothGrad")
    assert "how strongly a pixel moves the score" in maps
    assert "units of the first layer" in layers
    assert "channels that vary most" in captions()[1]


def test_every_explained_film_can_be_looked_up():
    folded = [block for block in section(cnn=explained()) if isinstance(block, Table)][1]
    assert folded.folded
    assert folded.rows == [
        [
            "cnn",
            "true positive",
            "most confident",
            "test/x",
            0.9,
            Estimate(None, reason="the map is empty"),
        ]
    ]


def test_what_was_not_drawn_is_left_out():
    blocks = explanation_section({"cnn": explained()}, {}, {}).blocks
    assert not any(isinstance(block, Figure) for block in blocks)
    assert isinstance(blocks[0], Paragraph)

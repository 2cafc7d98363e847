from dataclasses import replace

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.explanation.records import (
    Case,
    Explanations,
    Outside,
    OutsideShare,
    SanityCheck,
)
from pneumoscope.naming import Choice, Label, Outcome
from pneumoscope.report.blocks import Figure, Paragraph, Table, flattened
from pneumoscope.report.sections.explanation import explanation_section


def share(value: float | None, margin: float = 0.05) -> OutsideShare:
    if value is None:
        return OutsideShare(0, 0, 9, Estimate(None, reason="every map is empty"))
    return OutsideShare(9, 8, 0, Estimate(value, value - margin, value + margin))


SANITY = SanityCheck(0.04, 0.0, 0.3, 24, 0, 3, 0.5)
ALIKE = replace(SANITY, similarity=0.8)
UNKNOWN = SanityCheck(None, None, None, 0, 24, 3, 0.5)


def explained(normal: float | None = 0.2, pneumonia: float = 0.2, **changes) -> Explanations:
    label = Label.PNEUMONIA
    case = Case(Outcome.TRUE_POSITIVE, Choice.MOST_CONFIDENT, "test/x", label, label, 0.9)
    found = Explanations(
        method="Grad-CAM",
        layer="relu",
        map_size=(5, 5),
        threshold=0.5,
        cases=[case],
        missing={Outcome.FALSE_POSITIVE: "no NORMAL radiograph scores at or above 0.5"},
        sanity=SANITY,
        outside=Outside(0.28, {Label.NORMAL: share(normal), label: share(pneumonia)}),
    )
    return replace(found, **changes)


def section(**explanations: Explanations):
    figures = dict.fromkeys(explanations, b"png")
    return list(flattened(explanation_section(explanations, figures, figures).blocks))


def captions(**changes) -> list[str]:
    found = section(cnn=explained(**changes))
    return [block.caption for block in found if isinstance(block, Figure)]


def table(**explanations: Explanations) -> Table:
    return next(block for block in section(**explanations) if isinstance(block, Table))


def test_the_table_tells_how_far_the_maps_can_be_trusted():
    (row,) = table(cnn=explained(normal=None)).rows
    assert row[3] == Estimate(0.04, 0.0, 0.3, "the map changes with the weights")
    assert row[4] == Estimate(None, reason="every map is empty")
    assert row[5] == Estimate(0.2, 0.15000000000000002, 0.25)
    assert row[6] == 0.28


def test_an_interval_that_ends_near_the_even_share_is_told_apart_from_it():
    # Their upper ends are 25, 27.8 and 27.96 %, the even share is 28 %.
    shown = [table(cnn=explained(value)).formats["evenly spread"] for value in (0.2, 0.228, 0.2296)]
    assert shown == [".0%", ".1%", ".2%"]
    assert table(cnn=explained(normal=None)).formats["evenly spread"] == ".0%"


def test_maps_like_those_of_untrained_models_are_not_to_be_read():
    caption = table(mlp=explained(), cnn=explained(sanity=ALIKE)).caption
    assert "Do not read the maps of cnn: untrained models give much the same." in caption
    assert "Maps of mlp change when the weights are drawn anew, as they must." in caption


def test_an_unknown_sanity_is_shown_as_such():
    (row,) = table(cnn=explained(sanity=UNKNOWN)).rows
    assert row[3].value is None
    assert row[3].reason.startswith("not known: in every comparison")
    caption = table(cnn=explained(sanity=UNKNOWN)).caption
    assert caption.startswith("Whether the maps of cnn change with the weights is not known.")


def test_the_caption_warns_of_attribution_outside_the_centre():
    less = "less attribution lies outside the centre than an even spread would put there."
    assert f"On both classes {less}" in captions()[0]
    warned = captions(outside=explained(pneumonia=0.5).outside)[0]
    assert "On PNEUMONIA more attribution lies outside the centre than an even spread" in warned
    assert f"On PNEUMONIA alone {less}" in captions(outside=explained(0.28).outside)[0]


def test_the_caption_claims_nothing_that_is_not_shown():
    even = captions(outside=explained(0.28, 0.28).outside)[0]
    assert "Neither more nor less attribution is shown to lie outside the centre" in even
    single = Outside(0.28, dict.fromkeys(Label, OutsideShare(1, 1, 0, Estimate(0.9))))
    assert "cannot be told: there is no interval" in captions(outside=single)[0]
    assert "lung" not in captions()[0]


def test_a_coarse_map_is_said_to_tell_nothing_of_the_centre():
    assert "On both classes less attribution" in captions(map_size=(3, 3))[0]
    caption = captions(map_size=(2, 2))[0]
    assert "too coarse to tell the centre from the border" in caption
    assert "an even spread" not in caption


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

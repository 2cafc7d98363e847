import pytest
from example_metrics import CONFUSION, estimate, model_metrics

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.report.blocks import Figure, Paragraph, Table
from pneumoscope.report.sections.grey_zone import grey_zone_section


def zone(
    deferred: float, accuracy: float | None, bounds: tuple = (None, None), width: float = 0.05
) -> dict:
    """A zone on test; without one the accuracy is 0.8, and gains have intervals of +- `width`."""
    undefined = {"reason": "there is no radiograph"} if accuracy is None else {}
    gain = estimate(None, reason="there is no radiograph")
    if accuracy is not None:
        gain = estimate(accuracy - 0.8, accuracy - 0.8 - width, accuracy - 0.8 + width)
    consequences = {
        "accuracy": estimate(accuracy, **undefined), "sensitivity": estimate(0.9),
        "specificity": estimate(0.8),
    }  # fmt: skip
    test = {
        "deferred": deferred, "confusion": CONFUSION, "consequences": consequences, "gain": gain,
    }  # fmt: skip
    return {"low": bounds[0], "high": bounds[1], "splits": {"test": test}}


def measured(
    last: dict,
    covered: float = 0.95,
    before: float = 0.92,
    width: float = 0.04,
    reason: str | None = None,
) -> ModelMetrics:
    """A model whose sets cover so much of both classes on test, and `before` on validation."""

    def sets(share: float) -> dict:
        coverage = estimate(share, share - width, min(1, share + width))
        of_classes = {"PNEUMONIA": coverage, "NORMAL": coverage}
        return {"coverage": of_classes, "one": 0.7, "both": 0.3, "neither": 0.0}

    return model_metrics(
        grey_zone={"0": zone(0.0, 0.8), "0.2": last},
        conformal={
            "promised": 0.9, "reason": reason,
            "splits": {"test": sets(covered), "validation": sets(before)},
        },
    )  # fmt: skip


def blocks(found: ModelMetrics, kind: type) -> list:
    section = grey_zone_section({"cnn": found}, b"png")
    return [block for block in section.blocks if isinstance(block, kind)]


def test_the_gain_of_the_widest_zone_is_told():
    (figure,) = blocks(measured(zone(0.25, 0.9, (0.4, 0.6))), Figure)
    assert (
        "deferring 25% raises the accuracy of cnn (0.800 to 0.900; higher by 0.100 (0.050 to "
        "0.150))"
    ) in figure.caption


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (zone(0.25, 0.7, (0.4, 0.6)), "lowers the accuracy of cnn"),
        (zone(0.25, 0.84, (0.4, 0.6)), "is not shown to change the accuracy of cnn (0.800 to 0.8"),
        (zone(0.25, 0.801, (0.4, 0.6), 0.005), "hardly changes the accuracy of cnn"),
        (zone(1.0, None, (0.4, 0.6)), "No architecture has an accuracy both with and without"),
    ],
)
def test_no_gain_is_claimed_where_none_is_shown(last, told):
    (figure,) = blocks(measured(last), Figure)
    assert told in figure.caption


def test_zones_and_reasons_stand_in_the_table():
    table = blocks(measured(zone(1.0, None, (0.4, 0.6))), Table)[0]
    assert table.rows[0] == ["cnn", 0.0, "none", 0.0, *map(Estimate, (0.8, 0.9, 0.8))]
    assert table.rows[1][2:5] == [
        "0.400–0.600",
        1.0,
        Estimate(None, reason="there is no radiograph"),
    ]


def coverage_in_words(**changes) -> str:
    return blocks(measured(zone(0.25, 0.9), **changes), Table)[1].caption


def test_coverage_that_falls_short_is_named_with_its_class():
    short = coverage_in_words(covered=0.7)
    assert (
        "Coverage on test falls short for cnn on PNEUMONIA (0.700 (0.660 to 0.740)) and cnn on NORM"
        in short
    )
    assert "Kept" not in short


def test_coverage_is_reached_or_open_as_the_interval_has_it():
    assert coverage_in_words(covered=0.92).startswith(
        "Nominal coverage: 90%. Reached on test, or missed by less than 0.05: cnn on P"
    )
    assert "Whether test reaches it cannot be told for cnn on PNEUMONIA" in coverage_in_words(
        covered=0.88
    )


def test_a_shortfall_that_validation_had_too_breaks_nothing():
    # The bound came out low by the luck of this validation: test is like it.
    assert "cannot be told" in coverage_in_words(covered=0.84, before=0.86)


def test_a_class_in_every_set_is_named_with_its_reason():
    found = measured(zone(0.25, 0.9), reason="validation has only 4 NORMAL")
    text = blocks(found, Paragraph)[1].text
    assert text.endswith("cnn has a class in every set: validation has only 4 NORMAL.")


def test_a_long_table_of_zones_is_folded():
    few = measured(zone(0.25, 0.9, (0.4, 0.6)))
    many = {f"cnn{number}": few for number in range(11)}
    zones = next(b for b in grey_zone_section(many, b"png").blocks if isinstance(b, Table))
    assert (len(zones.rows), zones.folded) == (22, True)
    assert not blocks(few, Table)[0].folded

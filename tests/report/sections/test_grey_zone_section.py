from example_metrics import CONFUSION, estimate, model_metrics

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.report.blocks import Figure, Paragraph, Table
from pneumoscope.report.sections.grey_zone import grey_zone_section


def zone(deferred: float, accuracy: float | None, bounds: tuple = (None, None)) -> dict:
    undefined = {"reason": "there is no radiograph"} if accuracy is None else {}
    consequences = {
        "accuracy": estimate(accuracy, **undefined), "sensitivity": estimate(0.9),
        "specificity": estimate(0.8),
    }  # fmt: skip
    test = {"deferred": deferred, "confusion": CONFUSION, "consequences": consequences}
    return {"low": bounds[0], "high": bounds[1], "splits": {"test": test}}


def measured(last: dict, covered: float = 0.9, reason: str | None = None) -> ModelMetrics:
    coverage = estimate(covered, covered - 0.05, covered + 0.05)
    sets = {
        "coverage": {"PNEUMONIA": coverage, "NORMAL": coverage}, "one": 0.7, "both": 0.3,
        "neither": 0.0,
    }  # fmt: skip
    return model_metrics(
        grey_zone={"0": zone(0.0, 0.8), "0.2": last},
        conformal={"promised": 0.9, "reason": reason, "splits": {"test": sets}},
    )


def blocks(found: ModelMetrics, kind: type) -> list:
    section = grey_zone_section({"cnn": found}, b"png")
    return [block for block in section.blocks if isinstance(block, kind)]


def test_the_gain_of_the_widest_zone_is_told():
    (figure,) = blocks(measured(zone(0.25, 0.9, (0.4, 0.6))), Figure)
    assert "deferring 25% raises the accuracy of cnn (0.800 to 0.900)" in figure.caption


def test_no_gain_is_claimed_where_there_is_none():
    (figure,) = blocks(measured(zone(0.25, 0.8, (0.4, 0.6))), Figure)
    assert "deferring 25% does not raise the accuracy" in figure.caption
    (figure,) = blocks(measured(zone(1.0, None, (0.4, 0.6))), Figure)
    assert figure.caption.startswith("No architecture has an accuracy both with and without")


def test_zones_and_reasons_stand_in_the_table():
    table = blocks(measured(zone(1.0, None, (0.4, 0.6))), Table)[0]
    assert table.rows[0] == ["cnn", 0.0, "none", 0.0, *map(Estimate, (0.8, 0.9, 0.8))]
    assert table.rows[1][2:5] == [
        "0.400–0.600",
        1.0,
        Estimate(None, reason="there is no radiograph"),
    ]


def test_a_broken_promise_is_named_with_its_class():
    kept = blocks(measured(zone(0.25, 0.9)), Table)[1]
    assert kept.rows[0][1] == Estimate(0.9, 0.9 - 0.05, 0.9 + 0.05)
    assert "No interval on test lies below the promise" in kept.caption
    broken = blocks(measured(zone(0.25, 0.9), covered=0.7), Table)[1]
    assert "breaks the promise for cnn on PNEUMONIA (70.0%) and cnn on NORM" in broken.caption


def test_a_class_that_is_always_allowed_is_told():
    found = measured(zone(0.25, 0.9), reason="validation has only 4 NORMAL")
    text = blocks(found, Paragraph)[1].text
    assert text.endswith("cnn allows a class always: validation has only 4 NORMAL.")


def test_a_long_table_of_zones_is_folded():
    few = measured(zone(0.25, 0.9, (0.4, 0.6)))
    many = {f"cnn{number}": few for number in range(11)}
    zones = next(b for b in grey_zone_section(many, b"png").blocks if isinstance(b, Table))
    assert (len(zones.rows), zones.folded) == (22, True)
    assert not blocks(few, Table)[0].folded

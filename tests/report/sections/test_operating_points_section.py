import copy

import pytest

from pneumoscope.report.blocks import Figure, Table, Undefined
from pneumoscope.report.sections import operating_points_section


def part(sensitivity: float, specificity: float) -> dict:
    return {
        "sensitivity": sensitivity, "specificity": specificity, "accuracy": 0.8, "undefined": {},
        "predictive_values": {
            "0.05": {"ppv": 0.3, "npv": 0.99},
            "0.5": {"ppv": None, "npv": 0.9, "reason": "no radiograph is predicted PNEUMONIA"},
        },
    }  # fmt: skip


def measured(sensitivity: float, specificity: float) -> dict:
    values = {"sensitivity": sensitivity, "specificity": specificity}
    return {
        "metrics": {
            key: {"value": value, "low": value - 0.1, "high": value + 0.1}
            for key, value in values.items()
        }
    }


MEASURED = {
    "operating_point": {"rule": "youden", "threshold": 0.7, "reason": "largest sum"},
    "operating_points": {
        "youden": {
            "locked": True, "threshold": 0.7, "reason": "largest sum",
            "splits": {"validation": part(0.95, 0.9), "test": part(0.9, 0.7)},
        },
        "max_f1": {"locked": False, "threshold": None, "reason": "one class only", "splits": {}},
    },
    "splits": {"validation": measured(0.95, 0.9), "test": measured(0.9, 0.7)},
}  # fmt: skip


def tables(measured: dict = MEASURED) -> list[Table]:
    blocks = operating_points_section({"cnn": measured}, {}).blocks
    return [block for block in blocks if isinstance(block, Table)]


def test_misses_and_false_alarms_are_counted_per_hundred():
    locked, other = tables()[0].rows
    assert locked[0] == "youden (locked)"
    assert locked[2:6] == pytest.approx([5, 10, 10, 30])
    assert other[:2] == ["max f1", Undefined("one class only")]
    assert all(isinstance(cell, Undefined) for cell in other[2:])


def test_the_caption_sets_the_promise_against_the_test():
    assert tables()[0].caption == (
        "The locked rule promised 5 missed and 10 false alarms of 100 each; "
        "on test it gave 10 and 30."
    )


def test_an_undefined_promise_is_not_made():
    changed = copy.deepcopy(MEASURED)
    test = changed["operating_points"]["youden"]["splits"]["test"]
    test |= {"specificity": None, "undefined": {"specificity": "no radiograph is NORMAL"}}
    table = tables(changed)[0]
    assert table.rows[0][5] == Undefined("no radiograph is NORMAL")
    assert "undefined on validation or test" in table.caption


def test_the_worth_of_an_alarm_names_the_rarest_case():
    worth = tables()[1]
    assert worth.rows[0] == ["cnn", "5%", 0.3, 0.99]
    assert worth.rows[1][2] == Undefined("no radiograph is predicted PNEUMONIA")
    assert "at worst 30% of them are right (cnn where 5% have pneumonia)" in worth.caption


def caption(changed: dict) -> str:
    blocks = operating_points_section({"cnn": changed}, {"cnn": b"png"}).blocks
    (figure,) = [block for block in blocks if isinstance(block, Figure)]
    return figure.caption


def test_a_threshold_that_does_not_carry_over_is_told_with_both_numbers():
    assert "the locked threshold (largest sum)." in caption(MEASURED)
    assert "on test specificity (0.70, expected 0.80 to 1.00) lies outside" in caption(MEASURED)


def test_a_threshold_that_carries_over_is_told():
    held = MEASURED | {"splits": {"validation": measured(0.9, 0.7), "test": measured(0.9, 0.7)}}
    assert "It carries over: sensitivity and specificity on test lie" in caption(held)


def test_nothing_is_told_of_a_missing_interval():
    changed = copy.deepcopy(MEASURED)
    changed["splits"]["validation"]["metrics"]["sensitivity"]["low"] = None
    assert "cannot be told: an interval is missing" in caption(changed)

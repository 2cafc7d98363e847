import copy

import pytest
from example_metrics import decisions, estimate, model_metrics, split

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import Figure, Part, Table, flattened
from pneumoscope.report.sections.operating_points import operating_points_section


def part(sensitivity: float, specificity: float, deferred: float = 0.0) -> dict:
    values = {
        "sensitivity": sensitivity, "specificity": specificity, "accuracy": 0.8, "ppv": 0.7,
        "npv": 0.6, "f1": 0.5, "deferred": deferred,
    }  # fmt: skip
    around = {name: estimate(x, x - 0.0625, x + 0.03125) for name, x in values.items()}
    none = "no radiograph is predicted PNEUMONIA"
    return decisions(
        deferred=around.pop("deferred"),
        consequences=around,
        predictive_values={
            "0.05": {"ppv": estimate(0.3, 0.2, 0.4), "npv": estimate(0.99, reason="few")},
            "0.5": {"ppv": estimate(None, reason=none), "npv": estimate(0.9, reason="few")},
        },
    )


def measured(sensitivity: float, specificity: float) -> dict:
    values = {"sensitivity": sensitivity, "specificity": specificity}
    return split(metrics={name: estimate(x, x - 0.1, x + 0.1) for name, x in values.items()})


MEASURED = {
    "operating_point": {
        "rule": "youden", "threshold": 0.7, "low": None, "high": None, "reason": "largest sum",
    },
    "operating_points": {
        "youden": {
            "locked": True, "threshold": 0.7, "low": None, "high": None, "reason": "largest sum",
            "splits": {"validation": part(0.95, 0.9), "test": part(0.9, 0.7)},
        },
        "max_f1": {
            "locked": False, "threshold": None, "low": None, "high": None,
            "reason": "one class only", "splits": {},
        },
    },
    "splits": {"validation": measured(0.95, 0.9), "test": measured(0.9, 0.7)},
}  # fmt: skip


def tables(measured: dict = MEASURED) -> list[Table]:
    blocks = operating_points_section({"cnn": model_metrics(measured)}, {}).blocks
    return [block for block in flattened(blocks) if isinstance(block, Table)]


def test_one_table_has_each_rule_on_both_splits_with_misses_and_false_alarms_per_hundred():
    table = tables()[0]
    parts = {"validation": (5, 10), "test": (10, 30)}
    assert [row[1] for row in table.rows] == [*parts, *parts]
    for split_name, wrong in parts.items():
        locked, other = (row for row in table.rows if row[1] == split_name)
        assert locked[0] == "youden (locked)"
        assert locked[2] == Estimate(0.7, reason="largest sum")
        assert [cell.value for cell in locked[3:5]] == pytest.approx(wrong)
        assert [cell.value for cell in locked[5:]] == pytest.approx([70, 60, 80, 50])
        assert (locked[-1].low, locked[-1].high) == (43.75, 53.125)
        assert other[0] == "max f1"
        assert other[2] == Estimate(None, reason="one class only")
        assert all(cell.value is None for cell in other[3:])


def test_the_interval_of_a_miss_is_that_of_a_hit_turned_round():
    missed = tables()[0].rows[0][3]
    assert (missed.low, missed.high) == pytest.approx((1.875, 11.25))


def test_a_grey_zone_shows_its_limits_and_what_it_defers():
    changed = copy.deepcopy(MEASURED)
    changed["operating_points"]["grey_zone share 0.1"] = {
        "locked": False, "threshold": 0.5, "low": 0.25, "high": 0.75, "reason": "fixed",
        "splits": {"validation": part(0.95, 0.9, 0.1), "test": part(0.9, 0.7, 0.3)},
    }  # fmt: skip
    table = tables(changed)[0]
    assert table.header[3] == "for a human"
    validation, test = table.rows[4:]
    assert test[2] == Estimate(0.5, 0.25, 0.75, "fixed")
    assert (validation[3].value, test[3].value) == (10, 30)
    assert table.rows[0][3] == "none"
    assert table.rows[2][3].value is None
    assert "its values are of those decided" in table.caption
    assert tables()[0].header[3] == "missed"


def test_the_caption_sets_the_promise_against_the_test():
    assert tables()[0].caption.endswith(
        "On validation the locked rule gave 5 missed and 10 false alarms of 100 each; "
        "on test, 10 and 30."
    )


def test_an_undefined_promise_is_not_made():
    changed = copy.deepcopy(MEASURED)
    test = changed["operating_points"]["youden"]["splits"]["test"]
    test["consequences"]["specificity"] = estimate(None, reason="no radiograph is NORMAL")
    table = tables(changed)[0]
    assert table.rows[1][4] == Estimate(None, reason="no radiograph is NORMAL")
    assert "undefined on validation or test" in table.caption


def test_predictive_values_name_the_rarest_case():
    values = tables()[1]
    worth = operating_points_section({"cnn": model_metrics(MEASURED)}, {}).blocks[-1]
    assert values.header == [
        "architecture", "PPV at 5%", "PPV at 50%", "NPV at 5%",
        "NPV at 50%",
    ]  # fmt: skip
    (row,) = values.rows
    assert row[:2] == ["cnn", Estimate(0.3, 0.2, 0.4)]
    assert row[2] == Estimate(None, reason="no radiograph is predicted PNEUMONIA")
    assert [cell.value for cell in row[3:]] == [0.99, 0.9]
    assert (
        "at worst 30% of the radiographs called PNEUMONIA show it (cnn where 5% show pneumonia)"
        in worth.summary
    )


MOVED = MEASURED | {"splits": {"validation": measured(0.95, 0.9), "test": measured(0.9, 0.6)}}


def caption(changed: dict) -> str:
    blocks = operating_points_section({"cnn": model_metrics(changed)}, {"cnn": b"png"}).blocks
    (figure,) = [block for block in flattened(blocks) if isinstance(block, Figure)]
    return figure.caption


def test_a_threshold_that_does_not_carry_over_is_told_with_both_numbers():
    assert "the locked threshold (largest sum)." in caption(MEASURED)
    assert "It does not carry over: on test specificity is lower by 0.300" in caption(MOVED)


def test_a_locked_zone_is_named_in_the_caption():
    zone = MEASURED["operating_point"] | {"low": 0.6, "high": 0.8}
    assert "the shaded zone is for a human" in caption(MEASURED | {"operating_point": zone})


def test_a_folded_part_still_gives_validation_and_test():
    parts = operating_points_section(
        dict.fromkeys(("cnn", "mlp"), model_metrics(MEASURED)), {}
    ).blocks
    parts = [block for block in parts if isinstance(block, Part)]
    assert [part.name for part in parts] == ["cnn", "mlp", "Predictive values by prevalence"]
    assert parts[1].summary.startswith(
        "On validation the locked rule gave 5 missed and 10 false alarms"
    )

from dataclasses import replace

from example_metrics import estimate, model_metrics

from pneumoscope.report.blocks import Bullets, Figure, Part, Table
from pneumoscope.report.sections.decision_curves import decision_curves_section, in_words

THRESHOLDS = [0.1, 0.2, 0.3]


def measured(*benefits: float | None, width: float = 0.02, prevalence: str = "0.2"):
    found = [
        estimate(None, reason="no radiograph is NORMAL")
        if value is None
        else estimate(value, value - width, value + width)
        for value in benefits
    ]
    curve = {"thresholds": THRESHOLDS, "net_benefit": found}
    return model_metrics(decision_curves={"curves": {prevalence: curve}, "reason": None})


def words(*benefits: float | None, width: float = 0.02) -> str:
    (sentence,) = in_words("cnn", measured(*benefits, width=width).decision_curves)
    return sentence


def test_where_it_beats_both_policies_the_range_is_told():
    # Treating all is worth 0.111, 0 and -0.143.
    assert words(0.11, 0.15, 0.1) == (
        "Where 20% show pneumonia, acting on cnn is shown to be worth more than treating all and "
        "than treating nobody from 20% to 30% of threshold probability."
    )


def test_where_intervals_hold_the_better_policy_nothing_is_claimed():
    assert words(0.11, 0.01, 0.0) == (
        "Where 20% show pneumonia, acting on cnn is not shown to be worth more than both treating "
        "all and treating nobody at any threshold probability that was tried (10% to 30%)."
    )
    assert "not shown" in words(0.15, 0.15, 0.15, width=0.4)


def test_harm_that_is_shown_is_told():
    found = words(0.0, 0.15, -0.1)
    assert "nobody at 20% of threshold probability; shown to be worth less" in found
    assert found.endswith("than the better of the two at 10% and at 30%.")
    assert "worth less" not in words(0.11, 0.15, 0.1)


def test_what_cannot_be_told_has_its_reason():
    assert words(None, None, None).endswith("is worth cannot be told: no radiograph is NORMAL.")
    none = model_metrics(decision_curves={"curves": {}, "reason": "a class is absent"})
    assert in_words("cnn", none.decision_curves) == [
        "cnn: no decision curve, for a class is absent."
    ]


def test_the_model_in_view_is_told_first_and_all_stand_in_the_table():
    metrics = {"mlp": measured(0.11, 0.0, 0.0), "cnn": measured(0.11, 0.15, 0.1)}
    found = decision_curves_section(metrics, ["cnn", "mlp"], b"png").blocks
    assert isinstance(found[0], Bullets)
    assert "acting on cnn" in found[0].items[0]
    assert [block.name for block in found if isinstance(block, Part)] == ["mlp"]
    (table,) = [block for block in found if isinstance(block, Table)]
    assert [row[:2] for row in table.rows] == [["cnn", 0.2], ["mlp", 0.2]]
    assert table.shown[0][3].text == "11.0"
    assert table.shown[0][2].text == "n/a"
    assert any(isinstance(block, Figure) for block in found)
    assert not any(isinstance(b, Figure) for b in decision_curves_section(metrics, ["cnn"]).blocks)


def test_prevalences_of_one_conclusion_share_a_sentence():
    often, seldom = measured(0.11, 0.01, 0.0), measured(0.01, 0.0, 0.0, prevalence="0.05")
    both = {**seldom.decision_curves.curves, **often.decision_curves.curves}
    (alike,) = in_words("cnn", replace(often.decision_curves, curves=both))
    assert alike.startswith("Where 5% or 20% show pneumonia, acting on cnn is not shown")
    better = measured(0.11, 0.15, 0.1).decision_curves
    told = in_words(
        "cnn", replace(better, curves={**seldom.decision_curves.curves, **better.curves})
    )
    assert [sentence[:30] for sentence in told] == [
        "Where 5% show pneumonia, actin", "Where 20% show pneumonia, acti",
    ]  # fmt: skip

import pandas as pd

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.pairs import COLUMNS
from pneumoscope.report.blocks import Paragraph, Table
from pneumoscope.report.sections.significance import significance_section


def row(delong_p: float | None, mcnemar_p: float) -> dict:
    return {
        "architecture_a": "mlp", "architecture_b": "cnn", "auroc_difference": -0.1,
        "delong_p_holm": delong_p, "only_a_right": 3, "only_b_right": 9,
        "mcnemar_p_holm": mcnemar_p, "reason": None if delong_p else "they rank alike",
    }  # fmt: skip


def table(*rows: dict, confidence: float = 0.95) -> Table:
    blocks = significance_section(pd.DataFrame(list(rows)), confidence).blocks
    return next(block for block in blocks if isinstance(block, Table))


def test_pairs_that_differ_are_named_by_what_they_differ_in():
    found = table(row(0.0004, 0.2))
    assert found.rows[0] == ["mlp and cnn", -0.1, "< 0.001", 3, 9, 0.2]
    assert found.caption.startswith(
        "At level 0.05: 1 pair differs in ranking (mlp and cnn); no pair differs in its pred"
    )


def test_the_level_follows_the_confidence():
    assert (
        "At level 0.01: no pair differs in its ranking"
        in table(row(0.02, 0.2), confidence=0.99).caption
    )


def test_an_undefined_p_value_counts_as_no_difference():
    found = table(row(None, 0.2))
    assert found.rows[0][2] == Estimate(None, reason="they rank alike")
    assert "no pair differs in its ranking" in found.caption


def test_a_single_architecture_is_said_to_be_one():
    (block,) = significance_section(pd.DataFrame(columns=COLUMNS)).blocks
    assert isinstance(block, Paragraph)
    assert "one architecture only" in block.text


def test_of_many_pairs_those_that_differ_stand_open_and_all_are_folded():
    alike, apart = row(0.5, 0.2), row(0.0004, 0.01)
    blocks = significance_section(pd.DataFrame([alike] * 11 + [apart] * 5)).blocks
    shown, every = [block for block in blocks if isinstance(block, Table)]
    assert [len(shown.rows), shown.folded, len(every.rows), every.folded] == [5, False, 16, True]
    assert shown.caption.startswith("The pairs that differ. At level 0.05: 5 pairs differ in rank")
    assert "mlp and cnn" not in shown.caption
    paragraphs = significance_section(pd.DataFrame([alike] * 16)).blocks
    assert "no pair differs in its ranking" in paragraphs[1].text
    assert [block.folded for block in paragraphs if isinstance(block, Table)] == [True]

from dataclasses import replace

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import FeatureSet, Label, Split
from pneumoscope.report.blocks import Bullets, Figure, Table
from pneumoscope.report.sections.shift import shift_section
from pneumoscope.robustness.drops import KNOWN
from pneumoscope.robustness.records import (
    Counted,
    DomainComparison,
    FeatureBaseline,
    Shift,
    SingleFeature,
)

UNKNOWN = Estimate(None, reason="validation has 8 of 8")
BYTES = SingleFeature("bytes", 0.93, False, (22861.0, 14823.0))


def estimate(value: float) -> Estimate:
    return Estimate(value, value - 0.05, value + 0.05)


def compared(value: float | None, verdict: str) -> DomainComparison:
    found = UNKNOWN if value is None else estimate(value)
    single = [] if value is None else [BYTES]
    counted = Counted(60, 60)
    return DomainComparison(counted, counted, dict.fromkeys(FeatureSet, found), single, verdict)


def baseline(found: Estimate) -> FeatureBaseline:
    metrics = dict.fromkeys(KNOWN, found)
    by_split = dict.fromkeys(Split, metrics)
    return FeatureBaseline(dict.fromkeys(FeatureSet, by_split), "It does not carry over.")


SHIFT = Shift(
    {
        Label.NORMAL: {
            Split.TEST: compared(0.9, "moved"),
            Split.VALIDATION: compared(None, "open"),
        },
        Label.PNEUMONIA: {
            Split.TEST: compared(0.5, "stayed"),
            Split.VALIDATION: compared(0.5, "control"),
        },
    },
    baseline(estimate(0.7)),
)


def blocks(shift: Shift = SHIFT, figure: bytes | None = b"png") -> list:
    return list(shift_section(shift, figure).blocks)


def test_every_verdict_is_told_test_before_its_control():
    (bullets,) = [block for block in blocks() if isinstance(block, Bullets)]
    assert list(bullets.items) == ["moved", "open", "stayed", "control"]


def test_the_caption_compares_the_classes():
    (figure,) = [block for block in blocks() if isinstance(block, Figure)]
    assert (
        "NORMAL AUROC 0.90 (0.85 to 0.95) and PNEUMONIA AUROC 0.50 (0.45 to 0.55)" in figure.caption
    )
    assert not [block for block in blocks(figure=None) if isinstance(block, Figure)]


def test_the_tables_hold_single_numbers_and_the_baseline():
    single, numbers = [block for block in blocks() if isinstance(block, Table)]
    assert single.rows[0] == ["NORMAL", "the file size", 0.93, 22861.0, 14823.0]
    assert len(numbers.rows) == 9
    assert numbers.rows[0] == ["all numbers", "train", *[estimate(0.7)] * 4]


def test_what_is_undefined_keeps_its_reason():
    numbers = blocks(replace(SHIFT, baseline=baseline(UNKNOWN)))[-1]
    assert numbers.rows[3][2] == UNKNOWN


def test_a_figure_and_a_table_without_a_value_are_left_out():
    unknown = {split: compared(None, "open") for split in (Split.TEST, Split.VALIDATION)}
    told = blocks(Shift(dict.fromkeys(Label, unknown), baseline(UNKNOWN)))
    assert not [block for block in told if isinstance(block, Figure)]
    (numbers,) = [block for block in told if isinstance(block, Table)]
    assert numbers.reasons == ["validation has 8 of 8"]

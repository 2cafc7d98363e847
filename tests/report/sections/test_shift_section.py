from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import Bullets, Figure, Table
from pneumoscope.report.sections.shift import shift_section

UNKNOWN = {"value": None, "low": None, "high": None, "reason": "validation has 8 of 8"}
METRICS = ("auroc", "accuracy", "sensitivity", "specificity")


def estimate(value: float) -> dict:
    return {"value": value, "low": value - 0.05, "high": value + 0.05}


def compared(value: float | None, verdict: str) -> dict:
    row = {"feature": "bytes", "auroc": 0.93, "higher": False, "medians": [22861.0, 14823.0]}
    measured = UNKNOWN if value is None else estimate(value)
    return {
        "all numbers": measured, "pixels": measured, "file": measured,
        "telling": [] if value is None else [row], "verdict": verdict,
    }  # fmt: skip


SHIFT = {
    "classes": {
        "NORMAL": {"test": compared(0.9, "moved"), "validation": compared(None, "open")},
        "PNEUMONIA": {"test": compared(0.5, "stayed"), "validation": compared(0.5, "control")},
    },
    "features_alone": {
        **{
            name: {
                split: {metric: estimate(0.7) for metric in METRICS}
                for split in ("train", "validation", "test")
            }
            for name in ("all numbers", "pixels", "file")
        },
        "verdict": "It does not carry over.",
    },
}


def blocks(figure: bytes | None = b"png") -> list:
    return list(shift_section(SHIFT, figure).blocks)


def test_every_verdict_is_told_test_before_its_control():
    (bullets,) = [block for block in blocks() if isinstance(block, Bullets)]
    assert list(bullets.items) == ["moved", "open", "stayed", "control"]


def test_the_caption_compares_the_classes():
    (figure,) = [block for block in blocks() if isinstance(block, Figure)]
    assert (
        "NORMAL AUROC 0.90 (0.85 to 0.95) and PNEUMONIA AUROC 0.50 (0.45 to 0.55)" in figure.caption
    )
    assert not [block for block in blocks(None) if isinstance(block, Figure)]


def test_the_tables_hold_single_numbers_and_the_baseline():
    single, baseline = [block for block in blocks() if isinstance(block, Table)]
    assert single.rows[0] == ["NORMAL", "the file size", 0.93, 22861.0, 14823.0]
    assert len(baseline.rows) == 9
    assert baseline.rows[0] == [
        "all numbers",
        "train",
        *[Estimate(0.7, 0.7 - 0.05, 0.7 + 0.05)] * 4,
    ]


def test_what_is_undefined_keeps_its_reason():
    alone = {**SHIFT["features_alone"], "pixels": {
        split: dict.fromkeys(METRICS, UNKNOWN) for split in ("train", "validation", "test")
    }}  # fmt: skip
    section = shift_section({**SHIFT, "features_alone": alone}, None)
    assert section.blocks[-1].rows[3][2] == Estimate(None, reason="validation has 8 of 8")


def test_a_figure_and_a_table_without_a_value_are_left_out():
    unknown = {name: compared(None, "open") for name in ("test", "validation")}
    alone = {
        name: {split: dict.fromkeys(METRICS, UNKNOWN) for split in ("train", "validation", "test")}
        for name in ("all numbers", "pixels", "file")
    }
    shift = {
        "classes": {"NORMAL": unknown, "PNEUMONIA": unknown},
        "features_alone": {**alone, "verdict": "Nothing can be said."},
    }
    told = shift_section(shift, b"png").blocks
    assert not [block for block in told if isinstance(block, Figure)]
    (baseline,) = [block for block in told if isinstance(block, Table)]
    assert baseline.reasons == ["validation has 8 of 8"]

from pneumoscope.report.blocks import Figure, Note, Table, flattened
from pneumoscope.report.cells import Estimate, Undefined
from pneumoscope.report.sections import subgroups_section


def estimate(value: float | None, margin: float = 0.05, **more: str) -> dict:
    bounds = (None, None) if value is None else (value - margin, value + margin)
    return {"value": value, "low": bounds[0], "high": bounds[1], **more}


def group(**metrics: dict) -> dict:
    return {"n": 40, "patients": 30, "auroc_against": "all NORMAL", **metrics}


def measured(sensitivity_of_virus: float) -> dict:
    disease = {
        "virus": group(sensitivity=estimate(sensitivity_of_virus), auroc=estimate(0.8)),
        "bacteria": group(
            sensitivity=estimate(0.95), auroc=estimate(None, reason="no radiograph is NORMAL")
        ),
    }
    overall = {"sensitivity": estimate(0.9), "specificity": estimate(0.8)}
    return {
        "subgroups": {
            "absent": {"age": "not recorded"},
            "splits": {"test": {"disease": disease}},
        },
        "splits": {"test": {"metrics": overall}},
    }


def blocks(sensitivity_of_virus: float = 0.7) -> dict:
    found = subgroups_section({"cnn": measured(sensitivity_of_virus)}, {"cnn": b"png"}).blocks
    return {type(block): block for block in flattened(found)}


def test_the_caption_names_the_kinds_that_fall_behind():
    caption = blocks()[Figure].caption
    assert "worse on some kinds than on the whole: sensitivity of disease virus" in caption
    assert "(0.70 against 0.90)" in caption


def test_an_interval_that_holds_the_whole_accuses_nobody():
    assert "no subgroup that lies below the whole" in blocks(0.87)[Figure].caption


def test_the_table_keeps_intervals_and_reasons():
    virus, bacteria = blocks()[Table].rows
    assert virus[:4] == ["disease", "virus", 40, 30]
    assert virus[4] == Estimate(0.7, 0.7 - 0.05, 0.7 + 0.05)
    assert virus[5] == Undefined("the group lacks that class")
    assert bacteria[6] == Undefined("no radiograph is NORMAL")


def test_what_is_absent_is_named():
    assert blocks()[Note].items == ["age: not recorded"]

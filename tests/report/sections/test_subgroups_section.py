from example_metrics import estimate, model_metrics

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.report.blocks import Figure, Note, Table, flattened
from pneumoscope.report.sections.subgroups import subgroups_section


def around(value: float) -> dict:
    return estimate(value, value - 0.05, value + 0.05)


def group(**metrics: dict) -> dict:
    known = {"n": 40, "patients": 30, "auroc_against": "all NORMAL", "specificity": None}
    return {**known, **metrics}


def measured(sensitivity_of_virus: float) -> ModelMetrics:
    disease = {
        "virus": group(sensitivity=around(sensitivity_of_virus), auroc=around(0.8)),
        "bacteria": group(
            sensitivity=around(0.95), auroc=estimate(None, reason="no radiograph is NORMAL")
        ),
    }
    overall = {"sensitivity": around(0.9), "specificity": around(0.8)}
    return model_metrics(
        subgroups={
            "absent": {"age": "not recorded"},
            "splits": {"test": {"disease": disease}},
        },
        splits={"test": {"metrics": overall}},
    )


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
    assert virus[5] == Estimate(None, reason="the group lacks that class")
    assert bacteria[6] == Estimate(None, reason="no radiograph is NORMAL")


def test_what_is_absent_is_named():
    assert blocks()[Note].items == ["age: not recorded"]

from dataclasses import replace

from example_metrics import estimate, model_metrics

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.report.blocks import Figure, Note, Paragraph, Table, flattened
from pneumoscope.report.sections.subgroups import subgroups_section


def around(value: float) -> dict:
    return estimate(value, value - 0.05, value + 0.05)


def group(deficit: float | None = None, width: float = 0.05, **metrics: dict) -> dict:
    known = {"n": 40, "patients": 30, "auroc_against": "all NORMAL", "specificity": None}
    bounds = (
        {}
        if deficit is None
        else {"sensitivity": estimate(deficit, deficit - width, deficit + width)}
    )
    return {**known, "deficits": bounds, **metrics}


def measured(deficit: float | None, width: float) -> ModelMetrics:
    disease = {
        "virus": group(deficit, width, sensitivity=around(0.7), auroc=around(0.8)),
        "bacteria": group(
            sensitivity=around(0.95), auroc=estimate(None, reason="no radiograph is NORMAL")
        ),
    }
    return model_metrics(
        subgroups={
            "absent": {"age": "not recorded"},
            "splits": {"test": {"disease": disease}},
        },
    )


def blocks(deficit: float | None = 0.2, width: float = 0.05) -> dict:
    found = subgroups_section({"cnn": measured(deficit, width)}, {"cnn": b"png"}).blocks
    return {type(block): block for block in flattened(found)}


def test_the_caption_names_the_kinds_that_are_served_worse():
    assert blocks()[Figure].caption.startswith(
        "cnn is worse on some kinds: sensitivity of disease virus is lower by 0.200 (0.150 to "
        "0.250) than of the rest."
    )


def test_a_deficit_that_is_not_shown_accuses_nobody():
    assert "shown to be worse than on the rest; by up to 0.13 it may be" in (
        blocks(0.03, 0.1)[Figure].caption
    )
    assert (
        "on no kind worse than on the rest by more than 0.05" in blocks(0.0, 0.04)[Figure].caption
    )
    assert "no two kinds that could be compared" in blocks(None)[Figure].caption


def test_the_table_keeps_intervals_and_reasons():
    virus, bacteria = blocks()[Table].rows
    assert virus[:4] == ["disease", "virus", 40, 30]
    assert virus[4] == Estimate(0.7, 0.7 - 0.05, 0.7 + 0.05)
    assert virus[5] == Estimate(None, reason="the group lacks that class")
    assert bacteria[6] == Estimate(None, reason="no radiograph is NORMAL")


def test_what_is_absent_is_named():
    assert blocks()[Note].items == ["age: not recorded"]


def test_no_note_is_made_where_nothing_is_absent():
    recorded = replace(
        measured(0.2, 0.05), subgroups=replace(measured(0.2, 0.05).subgroups, absent={})
    )
    found = subgroups_section({"cnn": recorded}, {}).blocks
    assert Note not in map(type, flattened(found))


def test_the_verdict_stands_in_words_where_there_is_no_figure():
    found = list(flattened(subgroups_section({"cnn": measured(0.2, 0.05)}, {}).blocks))
    said = [block.text for block in found if isinstance(block, Paragraph)]
    assert said[1] == blocks()[Figure].caption.split(" Dots are")[0]

import pytest
from example_studies import STUDY, about, step, study_findings

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import Figure, Note, Paragraph, Table
from pneumoscope.report.sections.study import study_headline, study_section
from pneumoscope.studies.records import StudyFindings


def blocks(found: StudyFindings) -> dict:
    section = study_section(found, "children", b"png")
    return {type(block): block for block in reversed(section.blocks)}


def compared(difference: dict, paired: bool = True, **changes: object) -> StudyFindings:
    cnn = {"paired": paired, "metrics": {"sensitivity": difference}}
    return study_findings(differences={"reproduced": {"cnn": cnn}}, **changes)


def test_the_verdict_comes_first_with_the_interval():
    found = study_findings()
    first = study_section(found, "children").blocks[0]
    assert isinstance(first, Note)
    assert first.warns
    assert first.text == study_headline(found)
    assert "sensitivity of 0.9 or more: not met." in first.text
    assert "reaches 0.850 (0.800 to 0.900) on test under the protocol honest" in first.text


def test_a_target_met_by_the_all_positive_baseline_is_no_success():
    assert "It calls every film" not in study_headline(study_findings())

    def chosen(specificity: float) -> Note:
        metrics = {
            "sensitivity": about(1.0), "specificity": about(specificity), "auroc": about(0.4),
        }  # fmt: skip
        baseline = metrics | {"specificity": about(0.0), "auroc": about(0.5)}
        found = study_findings(chosen=step("cnn", **metrics), verdict="met", all_positive=baseline)
        return study_section(found, "children").blocks[0]

    assert chosen(0.0).text.endswith("it does what the all-positive baseline does, no more.")
    assert chosen(0.0).warns
    assert not chosen(0.1).warns


@pytest.mark.parametrize(
    ("baseline", "sentence"),
    [
        (about(1.0), "has sensitivity 1.000: the target alone can be met without looking"),
        (about(0.6), "has sensitivity 0.600, which misses the target."),
        (about(None), "sensitivity of the all-positive baseline is undefined."),
    ],
)
def test_the_target_stands_beside_the_all_positive_baseline(baseline, sentence):
    found = study_findings(all_positive={"sensitivity": baseline})
    assert sentence in blocks(found)[Note].items[-1]


def test_published_reproduced_and_honest_stand_beside_each_other():
    table = blocks(study_findings())[Table]
    assert table.header == [
        "model", "metric", "published", "reproduced", "honest", "reproduced − honest",
    ]  # fmt: skip
    (row,) = table.rows
    assert row[2] == 0.98
    assert row[3] == Estimate(0.97, 0.97 - 0.05, 0.97 + 0.05)
    assert row[5] == Estimate(0.12, 0.12 - 0.05, 0.12 + 0.05)
    assert "cnn: its table" in table.caption


def test_what_was_not_published_says_so():
    elsewhere = {"architecture": "vgg16", "source": "its table", "metrics": {"auroc": 0.9}}
    table = blocks(study_findings(study={"published": [elsewhere]}))[Table]
    assert table.rows[0][2] == Estimate(None, reason="the study published no such number")


def test_a_study_that_published_nothing_has_no_such_column():
    table = blocks(study_findings(study={"published": []}))[Table]
    assert table.header == ["model", "metric", "reproduced", "honest", "reproduced − honest"]
    assert "The study published no number." in table.caption


@pytest.mark.parametrize(
    ("difference", "paired", "sentence"),
    [
        (about(0.12), True, "paired by patient: a higher sensitivity is shown for cnn."),
        (about(0.02), False, "on other films: a higher sensitivity is neither shown nor ruled out"),
        (about(-0.02), True, "is shown to stay below 0.05 for cnn."),
        (about(0.01, margin=0.02), True, "is shown to stay below 0.05 for cnn."),
        (about(None), True, "is neither shown nor ruled out for cnn."),
    ],
)
def test_the_caption_says_whether_the_protocol_is_biased(difference, paired, sentence):
    caption = blocks(compared(difference, paired))[Table].caption
    assert "reproduced − honest, " in caption
    assert sentence in caption


def test_the_films_of_each_protocol_are_counted():
    assert "all with the same 8 films of 6 children" in blocks(study_findings())[Paragraph].text
    others = compared(about(0.02), paired=False)
    assert "other films on test in each (8 in reproduced and 8" in blocks(others)[Paragraph].text
    alone = study_findings(study={"arms": {"honest": STUDY["arms"]["honest"]}}, differences={})
    assert "Here there is one protocol, with 8 films of 6 children" in (
        blocks(alone)[Paragraph].text
    )


def test_a_figure_is_shown_if_there_is_one():
    found = study_findings()
    assert blocks(found)[Figure].png == b"png"
    assert Figure not in {type(block) for block in study_section(found, "children").blocks}

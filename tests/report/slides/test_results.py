import pandas as pd
import pytest
from example_metrics import estimate
from example_pairs import pair

from pneumoscope.report.frequencies import Frequency
from pneumoscope.report.sections.comparison import headline
from pneumoscope.report.slides import results
from pneumoscope.report.slides.blocks import Points


def test_what_is_found_is_told_of_100_radiographs(run, context):
    slide = results.found(context(run))
    assert slide.title == "Of 100 radiographs with pneumonia, cnn finds 90."
    assert slide.body.marked == Frequency(90, 100)
    assert slide.note.startswith("95% interval over patients: 85 to 95 of 100.")
    assert "at the threshold 0.50, which was locked before the test." in slide.note


def test_false_alarms_are_the_rest_of_the_specificity_and_so_is_their_interval(run, context):
    slide = results.alarms(context(run))
    assert slide.title == "Of 100 radiographs without pneumonia, 25 give a false alarm."
    assert ": 20 to 30 of 100." in slide.note


def test_what_patients_have_is_told_where_some_have_several_radiographs(run, context):
    test = run.metrics["cnn"]["splits"]["test"]
    assert " Of patients, the scores of their radiographs averaged, 75 of 100 are found." in (
        results.found(context(run)).note
    )
    test["patients"] = test["n"]
    assert "averaged" not in results.found(context(run)).note


@pytest.mark.parametrize(
    ("source", "subjects", "noun"),
    [("phantoms", "children", "phantoms"), ("folder", "children", "children"),
     ("archive", None, "patients")],
)  # fmt: skip
def test_those_radiographed_are_called_what_they_are(run, context, source, subjects, noun):
    run.ingestion_audit["sources"], run.subjects = {source: 100}, subjects
    assert f"95% interval over {noun}: " in results.found(context(run)).note


def test_without_an_interval_the_reason_is_told(run, context):
    metrics = run.metrics["cnn"]["splits"]["test"]["metrics"]
    metrics["sensitivity"] = estimate(0.9, reason="one patient")
    assert "There is no interval: one patient." in results.found(context(run)).note


def test_what_is_undefined_is_told_with_its_reason(run, context):
    metrics = run.metrics["cnn"]["splits"]["test"]["metrics"]
    metrics["specificity"] = estimate(None, reason="no NORMAL")
    slide = results.alarms(context(run))
    assert slide.title == "How many false alarms there are cannot be told."
    assert slide.body == Points(["Reason: no NORMAL."])


def test_a_rival_that_cannot_be_told_apart_is_named(run, context):
    assert results.comparison(context(run)).title == (
        "mlp leads, right in 96 of 100 pairs, but cnn may be just as good."
    )
    # What the pair shows decides, whatever the intervals of the bars.
    run.significance = [pair("cnn", "mlp", -0.04, -0.07, -0.01)]
    assert results.comparison(context(run)).title == (
        "mlp tells the classes apart best: right in 96 of 100 pairs."
    )


def test_the_slide_and_the_report_say_the_same_of_a_pair(run, context):
    for low in (-0.01, 0.01):
        run.significance = [pair("mlp", "cnn", 0.04, low, 0.09)]
        told = context(run)
        words = headline(told.found.comparison, told.found.significance)
        assert ("may be just as good" in results.comparison(told).title) == (
            "cannot be told" in words
        )


def test_of_many_models_the_best_six_are_drawn_and_the_others_named(run, context):
    cnn = run.comparison[run.comparison["architecture"] == "cnn"]
    names = [f"cnn{n}" for n in range(6)]
    more = [cnn.assign(architecture=name, replicate_of=name) for name in names]
    run.comparison = pd.concat([run.comparison, *more], ignore_index=True)
    run.significance = [pair("mlp", name, 0.04, -0.01, 0.09) for name in ("cnn", *names)]
    slide = results.comparison(context(run))
    assert slide.title.endswith("but 7 others may be just as good.")
    assert [bar.name for bar in slide.body.bars] == ["mlp", "cnn", "cnn0", "cnn1", "cnn2", "cnn3"]
    assert slide.note.endswith("Below these: cnn4 and cnn5.")


def test_an_alarm_is_worth_less_where_pneumonia_is_rare(run, context):
    slide = results.worth(context(run))
    assert slide.title == (
        "Where 5 of 100 radiographs show pneumonia, only 17 of 100 alarms are right."
    )
    assert [number for number, _ in slide.body.items] == ["17 of 100", "80 of 100"]
    run.metrics["cnn"]["operating_points"]["youden"]["splits"] = {}
    assert results.worth(context(run)) is None


def test_deferral_is_recommended_only_where_it_helps(run, context):
    assert results.deferral(context(run)).title == (
        "Hand the most doubtful 20 of 100 to a human, and 95 of 100 of the rest are right "
        "instead of 90."
    )
    zones = run.metrics["cnn"]["grey_zone"]
    zones["0.2"]["splits"]["test"]["gain"] = estimate(0.05, -0.01, 0.11)
    assert results.deferral(context(run)).title.endswith("more accurate is not shown.")
    del zones["0.2"]
    assert results.deferral(context(run)) is None


def test_shares_stand_with_their_intervals(run, context):
    worth, deferral = results.worth(context(run)), results.deferral(context(run))
    assert all(" of 100) where " in meaning for _, meaning in worth.body.items)
    assert "95% intervals over patients" in worth.note
    assert all(
        bar.low is not None and bar.low <= bar.share <= bar.high for bar in deferral.body.bars
    )
    assert "Lines: 95% intervals over patients." in deferral.note


def test_no_lines_are_spoken_of_where_none_are_drawn(run, context):
    for zone in run.metrics["cnn"]["grey_zone"].values():
        zone["splits"]["test"]["consequences"]["accuracy"] = estimate(0.9)
    deferral = results.deferral(context(run))
    assert all(bar.low is None for bar in deferral.body.bars)
    assert "Lines" not in deferral.note


def test_an_end_that_is_not_all_is_not_shown_as_all(run, context):
    metrics = run.metrics["cnn"]["splits"]["test"]["metrics"]
    metrics["sensitivity"] = estimate(0.99, 0.97, 0.998)
    assert ": 97 to 99.8 of 100." in results.found(context(run)).note

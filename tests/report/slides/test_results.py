import pandas as pd
from example_metrics import estimate

from pneumoscope.report.frequencies import Frequency
from pneumoscope.report.slides import results
from pneumoscope.report.slides.blocks import Points


def test_what_is_found_is_told_of_100(run, context):
    slide = results.found(context(run))
    assert slide.title == "Of 100 children with pneumonia, cnn finds 90."
    assert slide.body.marked == Frequency(90, 100)
    assert "from 85 to 95 of 100 (95% interval)" in slide.note
    assert "at the alarm level 0.50, which was fixed before the test." in slide.note


def test_false_alarms_are_the_rest_of_the_specificity_and_so_is_their_interval(run, context):
    slide = results.alarms(context(run))
    assert slide.title == "Of 100 children without pneumonia, 25 get a false alarm."
    assert "from 20 to 30 of 100" in slide.note


def test_phantoms_are_never_called_children(run, context):
    run.synthetic = True
    assert results.found(context(run)).title == "Of 100 phantoms with pneumonia, cnn finds 90."


def test_what_is_undefined_is_told_with_its_reason(run, context):
    metrics = run.metrics["cnn"]["splits"]["test"]["metrics"]
    metrics["specificity"] = estimate(None, reason="no NORMAL")
    slide = results.alarms(context(run))
    assert slide.title == "How many false alarms there are cannot be told."
    assert slide.body == Points(["Reason: no NORMAL."])


def test_a_rival_whose_interval_reaches_the_leader_is_named(run, context):
    table = run.comparison
    assert (
        "mlp leads, right in 96 of 100 pairs, but cnn may" in results.comparison(context(run)).title
    )
    table.loc[table["architecture"] == "cnn", "auroc_high"] = 0.92
    assert results.comparison(context(run)).title == (
        "mlp tells the classes apart best: right in 96 of 100 pairs."
    )


def test_of_many_models_the_best_six_are_drawn_and_the_others_named(run, context):
    cnn = run.comparison[run.comparison["architecture"] == "cnn"]
    more = [cnn.assign(architecture=f"cnn{n}") for n in range(6)]
    run.comparison = pd.concat([run.comparison, *more], ignore_index=True)
    slide = results.comparison(context(run))
    assert slide.title.endswith("but 7 others may be just as good.")
    assert [bar.name for bar in slide.body.bars] == ["mlp", "cnn", "cnn0", "cnn1", "cnn2", "cnn3"]
    assert slide.note.endswith("Below these: cnn4 and cnn5.")


def test_an_alarm_is_worth_less_where_pneumonia_is_rare(run, context):
    slide = results.worth(context(run))
    assert slide.title == "Where 5 of 100 have pneumonia, only 17 of 100 alarms are right."
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

from pneumoscope.report.slides import data
from pneumoscope.report.slides.blocks import Bar, Points


def test_the_cover_tells_the_result(run, context):
    assert data.cover(context(run)).title == (
        "cnn finds pneumonia on 90 of 100 radiographs that show it, none of which it had seen."
    )
    flawed = {**run.split_audit, "flaws": ["Validation is the test part."]}
    run.split_audit = flawed
    assert data.cover(context(run)).title == (
        "cnn finds pneumonia on 90 of 100 radiographs that show it."
    )
    sensitivity = run.metrics["cnn"]["splits"]["test"]["metrics"]["sensitivity"]
    sensitivity.update({"value": None, "reason": "no PNEUMONIA"})
    assert data.cover(context(run)).title == "cnn could not be tested: no PNEUMONIA."


def test_the_radiographs_and_those_set_aside_are_counted(run, context):
    slide = data.data(context(run))
    assert slide.title == "100 radiographs of 80 patients were read; none had to be set aside."
    assert slide.body.items == [("30", "NORMAL"), ("70", "PNEUMONIA")]
    run.ingestion_audit["quarantined"] = [{"path": "x", "reason": "y"}]
    assert "1 file had to be set aside" in data.data(context(run)).title


def test_shortcuts_are_ranked_whatever_their_direction(run, context):
    slide = data.shortcuts(context(run))
    assert slide.title.startswith("Shortcut: ")
    assert slide.body.bars == [
        Bar("file size, training part", 0.9),
        Bar("width, training part", 0.6),
    ]
    run.ingestion_audit["shortcuts"][0]["warns"] = False
    assert data.shortcuts(context(run)).title.endswith("cannot be told from so few.")
    run.ingestion_audit["shortcuts"][0]["auroc"] = 0.4
    assert data.shortcuts(context(run)).title.startswith("No number of the file or the borders")


def test_a_flawed_protocol_takes_the_place_of_the_method(run, context):
    assert data.method(context(run)).title == (
        "The models were trained on 40 patients and tested on 30 others."
    )
    run.split_audit["flaws"] = ["Validation is test."]
    slide = data.method(context(run))
    assert slide.title == "Caution: the way the test was set up can make the result too good."
    assert slide.body == Points(["Validation is test."])

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.out_of_distribution.records import Detection, Found
from pneumoscope.report.blocks import Bullets, Note, Table
from pneumoscope.report.sections.out_of_distribution import out_of_distribution_section


def detection(told=(0.01, 0.0, 0.03), promised=0.01, reason=None) -> Detection:
    return Detection(
        "f", 0.01, promised, 150, reason,
        Found(200, 120, Estimate(*told)),
        {"inverted": Found(50, 50, Estimate(1.0, 0.93, 1.0)),
         "blank": Found(50, 50, Estimate(0.5, 0.36, 0.64))},
    )  # fmt: skip


def blocks(kind, **detections):
    return [b for b in out_of_distribution_section(detections).blocks if isinstance(b, kind)]


def test_what_is_promised_stands_beside_what_came_of_it():
    (table,) = blocks(Table, cnn=detection())
    assert table.header == ["model", "promised", "test as it is", "inverted", "blank"]
    shown = [(cell.text, cell.detail) for cell in table.shown[0]]
    assert shown[1:] == [
        ("1.0%", ""), ("1.0%", "0.0% to 3.0%"), ("100.0%", "93.0% to 100.0%"),
        ("50.0%", "36.0% to 64.0%"),
    ]  # fmt: skip
    assert "of 200 radiographs of test, and of 50 of them altered" in table.caption
    assert "lateral views and other hospitals are not among them" in table.caption


def test_more_than_was_promised_is_said_only_beyond_chance():
    assert blocks(Bullets, cnn=detection()) == []
    (told,) = blocks(Bullets, cnn=detection((0.05, 0.02, 0.1)), mlp=detection())
    assert told.items[0].startswith("By cnn more of test is flagged than was promised")


def test_a_small_validation_is_told_with_what_it_supports():
    assert blocks(Note, cnn=detection()) == []
    few = detection(promised=1 / 61, reason="validation has 60 patients")
    (note,) = blocks(Note, cnn=few)
    assert note.text == (
        "1% of false alarms was asked for, but validation has 60 patients; 1.6% is the least "
        "that it supports."
    )

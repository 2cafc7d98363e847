from example_audits import ingestion_audit, split_audit
from example_metrics import decisions, estimate, model_metrics

from pneumoscope.report.blocks import Note
from pneumoscope.report.flow import adds_up, answers, flow_of
from pneumoscope.report.sections.flow import flow_section

COUNTED = ingestion_audit(
    radiographs=53,
    quarantined=[
        {"path": "a.txt", "reason": "no image: a text"},
        {"path": "b.txt", "reason": "no image: another"},
    ],
    litter=1,
    left_out=[{"reason": "lateral view", "n": 4}],
)


def count(split: str, label: str, n: int) -> dict:
    return {"split": split, "label": label, "subtype": "unknown", "n": n, "patients": n}


BEFORE = [
    count("train", "NORMAL", 10), count("train", "PNEUMONIA", 30), count("test", "NORMAL", 8),
    count("test", "PNEUMONIA", 4),
]  # fmt: skip
SPLIT = split_audit(
    counts_before=BEFORE,
    counts_after=[count("train", "NORMAL", 10), count("train", "PNEUMONIA", 10), *BEFORE[2:]],
    copies_left_out=1,
    patients={"train": 20, "validation": 0, "test": 12},
)


def zoned():
    zone = decisions(confusion={"tn": 5, "fp": 1, "fn": 0, "tp": 2}, deferred=estimate(0.25))
    locked = {"locked": True, "threshold": 0.5, "low": 0.4, "high": 0.6, "reason": "given",
              "splits": {"validation": zone, "test": zone}}  # fmt: skip
    plain = {"locked": False, "threshold": 0.5, "low": None, "high": None, "reason": "given",
             "splits": {"validation": decisions(), "test": decisions()}}  # fmt: skip
    return model_metrics(
        {"operating_points": None}, operating_points={"grey_zone": locked, "fixed": plain}
    )


def test_what_leaves_at_a_level_is_what_the_next_lacks():
    flow = flow_of(COUNTED, SPLIT, "cnn", model_metrics())
    found, manifest, kept = flow.levels
    assert found.box.count == 60 == found.aside.count + manifest.box.count
    assert manifest.box.count - manifest.aside.count == kept.box.count == 52
    assert sum(part.count for part in flow.parts) == kept.box.count
    assert kept.aside is None


def test_radiographs_in_two_splits_or_in_none_are_told_as_that():
    for copies, title in ((3, "Stand in two splits"), (0, "Stand in no split")):
        apart = split_audit(counts_before=BEFORE, counts_after=BEFORE, copies_left_out=copies)
        aside = flow_of(COUNTED, apart, "cnn", model_metrics()).levels[2].aside
        assert (aside.title, aside.count) == (title, 2 if copies else 1)


def test_reasons_are_counted_with_the_commonest_first():
    aside = flow_of(COUNTED, SPLIT, "cnn", model_metrics()).levels[0].aside
    assert aside.lines == [
        ("left out on purpose: lateral view", 4), ("refused: no image", 2), ("known litter", 1),
    ]  # fmt: skip


def test_answers_stand_against_the_reference_and_add_up_to_test():
    flow = flow_of(COUNTED, SPLIT, "cnn", model_metrics())
    assert [(box.title, [n for _, n in box.lines]) for box in flow.ends] == [
        ("called PNEUMONIA", [3, 2]), ("called NORMAL", [1, 6]),
    ]  # fmt: skip
    assert adds_up(flow)


def test_a_grey_zone_takes_what_neither_answer_has():
    called, zone, left = answers(zoned())
    assert (called.count, zone.count, left.count) == (3, 4, 5)
    assert [n for _, n in zone.lines] == [2, 2]


def test_rows_after_rebalancing_are_told_where_they_differ():
    train, test = flow_of(COUNTED, SPLIT, "cnn", model_metrics()).parts
    assert ("rows after rebalancing", 20) in train.lines
    assert all(name != "rows after rebalancing" for name, _ in test.lines)


def test_numbers_that_do_not_add_up_are_warned_of():
    whole = flow_section(COUNTED, SPLIT, "cnn", model_metrics())
    assert len(whole.blocks) == 1
    other = split_audit(counts_before=BEFORE[:3], counts_after=BEFORE[:3], copies_left_out=0,
                        patients={"train": 20, "validation": 0, "test": 8})  # fmt: skip
    warning, _ = flow_section(COUNTED, other, "cnn", model_metrics()).blocks
    assert isinstance(warning, Note)
    assert warning.warns

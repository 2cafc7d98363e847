"""Page one: each sentence speaks where there is something to tell, and is silent where not."""

from dataclasses import replace

import pytest
from example_metrics import elsewhere, estimate
from example_sites import drop, drops, site_metrics, site_result

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.out_of_distribution.records import Detection, Found
from pneumoscope.report.blocks import Heading, Paragraph, Table
from pneumoscope.report.sections.verdict import verdict_section
from pneumoscope.run_facts import RunFacts

FACTS = RunFacts(
    "2026-01-02 03:04 UTC", "kedro run", "smoke", 75.0, "0123456789ab", "Linux x86_64, 2 cores",
    {"keras": "3.15"},
)  # fmt: skip


@pytest.fixture
def page(run, context):
    """Give the blocks of page one; a test changes the run, or the findings, before."""

    def page(**changes):
        found = replace(context(run).found, **changes)
        return verdict_section(found, "patients", 0.95).blocks

    return page


def answers(blocks) -> dict[str, str]:
    (table,) = [b for b in blocks if isinstance(b, Table) and b.header[0] == "question"]
    return dict(table.rows)


def test_found_missed_and_false_alarms_stand_with_intervals_and_counts(run, page, context):
    run.metrics["cnn"]["splits"]["test"]["metrics"]["sensitivity"] = estimate(0.9, 0.8, 0.95)
    blocks = page()
    assert isinstance(blocks[0], Paragraph)
    assert blocks[0].text.startswith("cnn, which validation ranks first of 2, on test")
    table = blocks[1]
    assert [row[0] for row in table.rows] == ["found", "missed", "false alarms"]
    found, missed = table.rows[0][1], table.rows[1][1]
    assert (found.value, found.low, found.high) == pytest.approx((90, 80, 95))
    assert (missed.value, missed.low, missed.high) == pytest.approx((10, 5, 20))
    confusion = context(run).found.metrics["cnn"].at_threshold.splits["test"].confusion
    total = confusion.tp + confusion.fn
    assert table.rows[0][2] == f"{confusion.tp} of {total} PNEUMONIA"
    assert table.rows[1][2] == f"{confusion.fn} of {total} PNEUMONIA"
    assert table.rows[2][2] == f"{confusion.fp} of {confusion.fp + confusion.tn} NORMAL"


def test_where_it_fails_is_told_and_else_what_is_furthest_behind(run, page):
    assert (
        "Worst, against all other test films: disease virus (sensitivity lower by"
        in (answers(page())["Where does it fail?"])
    )
    groups = run.metrics["cnn"]["subgroups"]["splits"]["test"]
    groups["disease"]["virus"]["deficits"]["sensitivity"] = estimate(0.1, -0.1, 0.3)
    told = answers(page())["Where does it fail?"]
    assert told.startswith("On no kind of test films is it shown to do worse; furthest behind")
    groups["disease"]["virus"]["deficits"]["sensitivity"] = estimate(-0.1, -0.3, 0.1)
    assert answers(page())["Where does it fail?"] == (
        "On no kind of test films is it shown to do worse."
    )


@pytest.mark.parametrize(("share", "told"), [(0.4, "inverted (40.0% flagged)"), (0.99, "flagged.")])
def test_films_unlike_train_that_pass_are_named(page, share, told):
    found = Found(20, 20, Estimate(share, 0.2, 1.0))
    detection = Detection("f", 0.01, 0.05, 20, None, found, {"inverted": found})
    sentence = answers(page(detections={"cnn": detection}))["Where does it fail?"]
    assert told in sentence
    assert ("pass unnoticed" in sentence) == (share < 0.95)
    assert "unlike train" not in answers(page())["Where does it fail?"]


def test_other_sites_are_told_where_they_were_measured(run, page):
    assert answers(page())["At other sites?"].startswith("Not measured")
    assert "no other site was measured" in answers(page())["May it be trusted?"]
    fell = site_metrics("clinic", drops={"test": drops(specificity=drop(-0.3, 0.05))})
    run.external["clinic"] = site_result("clinic", {"cnn": fell})
    assert "specificity is lower by 0.300" in answers(page())["At other sites?"]
    trust = answers(page())["May it be trusted?"]
    assert "it does worse at another site" in trust
    assert "no other site was measured" not in trust


def test_without_a_site_hard_validation_tells_what_to_expect(run, page):
    unknown = "Not measured: how good it is on films of others is unknown."
    assert answers(page())["At other sites?"] == unknown
    run.metrics["cnn"]["elsewhere"] = elsewhere(0.2)
    assert answers(page())["At other sites?"] == (
        f"{unknown} Where who took a film tells nothing of the class, expect of cnn sensitivity "
        "0.900 (0.850 to 0.950), specificity 0.900 (0.850 to 0.950) and AUROC 0.900 (0.850 to "
        "0.950): so it does on the hard films of validation."
    )
    run.external["clinic"] = site_result("clinic", {"cnn": site_metrics("clinic")})
    assert "hard films" not in answers(page())["At other sites?"]


def test_what_speaks_against_relying_on_it_is_listed_and_nothing_else(run, page):
    trust = answers(page())["May it be trusted?"]
    for reason in ("it does worse on some kinds of films", "shortcuts", "the test is small (30"):
        assert reason in trust
    assert "synthetic" not in trust
    model = run.metrics["cnn"]
    model["subgroups"]["splits"]["test"] = {}
    run.ingestion_audit["shortcuts"] = []
    for part in model["splits"].values():
        part["patients"] = part["n"] = 2000
        for metric in ("sensitivity", "specificity"):
            part["metrics"][metric] = estimate(0.9, 0.89, 0.91)
    run.external["clinic"] = site_result("clinic", {"cnn": site_metrics("clinic")})
    assert answers(page())["May it be trusted?"].startswith("On films like these nothing that was")


def test_how_to_repeat_the_run_is_told_where_it_is_known(page):
    assert not [block for block in page() if isinstance(block, Heading)]
    facts = dict(page(run=FACTS)[-1].rows)
    assert facts["command"] == "kedro run"
    assert facts["duration"] == "75 s up to this page"
    assert facts["packages"] == "keras 3.15"
    assert facts["weights"].startswith("SHA-256 ")
    assert "duration" not in dict(page(run=replace(FACTS, seconds=None))[-1].rows)

import pytest
from example_sites import drop, drops, site_metrics, site_result

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.external.records import Flagged
from pneumoscope.external.verdicts import (
    claims,
    flagged_sentence,
    overlap_sentences,
    site_verdict,
    together,
)
from pneumoscope.naming import Metric, Split
from pneumoscope.out_of_distribution.records import Found


def told(sites: int = 1, reference: Split = Split.TEST, **changes) -> str:
    one = site_metrics(drops={str(reference): drops(**changes)})
    found = site_result(models={"cnn": one}).models["cnn"].drops[reference]
    return site_verdict("clinic", reference, found, sites)


def test_a_fall_is_told_and_what_follows():
    assert told(specificity=drop(-0.3, 0.1)) == (
        "At clinic, specificity is lower by 0.300 (0.165 to 0.435) than on test. What test shows "
        "does not hold there: scores mean something else. Choose a threshold on radiographs of "
        "that site first."
    )


def test_a_worse_ranking_is_told_as_such():
    assert told(auroc=drop(-0.2, 0.05)).endswith("does not hold there: the films are ranked worse.")


def test_a_rise_is_told_without_alarm():
    assert told(sensitivity=drop(0.3, 0.1)) == (
        "At clinic, sensitivity is higher by 0.300 (0.165 to 0.435) than on test. No figure is "
        "shown to be lower there."
    )


def test_a_rise_and_a_fall_are_both_told():
    words = told(sensitivity=drop(0.3, 0.1), specificity=drop(-0.3, 0.1))
    assert "sensitivity is higher by" in words
    assert "specificity is lower by" in words
    assert "scores mean something else" in words


def test_differences_within_the_margin_hold():
    words = told()
    assert words.startswith("What test shows holds at clinic within 0.05 (clinic minus test: AUROC")


@pytest.mark.parametrize("value", [-0.1, 0.0, 0.1])
def test_what_an_interval_leaves_open_cannot_be_told(value):
    words = told(specificity=drop(value, 0.2))
    assert words.startswith("Whether what test shows holds at clinic cannot be told (clinic minus")


def test_without_a_class_the_reason_is_told():
    none = drop(None, reason="no radiograph is NORMAL")
    words = told(specificity=none, auroc=none)
    assert words.endswith("specificity and AUROC cannot be compared.") or words.endswith(
        "AUROC and specificity cannot be compared."
    )
    nothing = told(specificity=none, auroc=none, sensitivity=none)
    assert nothing == "Whether test holds at clinic cannot be told: no radiograph is NORMAL."


def test_more_sites_need_wider_intervals():
    assert (claims(1), claims(3)) == (6, 18)
    # Alone it excludes 0; among six, and so among eighteen, it does not.
    assert "cannot be told" in told(specificity=drop(-0.12, 0.11))
    assert "is lower by" in told(specificity=drop(-0.16, 0.11))
    assert "cannot be told" in told(sites=3, specificity=drop(-0.16, 0.11))


def test_no_bound_of_a_difference_lies_beyond_1():
    found = together({metric: Estimate(-0.9, -0.93, -0.87) for metric in Metric}, sites=4)
    assert found[Metric.AUROC].low == pytest.approx(-0.9 - 0.03 * 3.08 / 1.96, abs=0.001)
    far = together({metric: Estimate(-0.95, -1.0, -0.9) for metric in Metric}, sites=4)
    assert far[Metric.AUROC].low == -1.0


def test_films_of_nowhere_else_give_no_sentence():
    assert overlap_sentences(site_result()) == []


@pytest.mark.parametrize(
    ("overlap", "expected", "biased"),
    [
        ({"identical": {"test": 3}},
         "Films of clinic that are byte for byte in the collection: 3 in test, of 12.", False),
        ({"identical": {"train": 1, "test": 2}},
         "Films of clinic that are byte for byte in the collection: 1 in train and 2 in test, of "
         "12.", True),
        ({"copies": {"validation": 2}},
         "Films of clinic that look like a picture of the collection that was stored anew: 2 in "
         "validation, of 12.", True),
        ({"alike": {"train": 1}},
         "Films of clinic that look much like a picture of the collection: 1 in train, of 12.",
         False),
        ({"same_keys": 4},
         "Patients of clinic whose key, by paths or tags, is that of a patient of train: 4. "
         "They are others if the site numbers its own; if not, its figures are biased "
         "(optimistic).", False),
    ],
)  # fmt: skip
def test_films_of_the_collection_are_told_and_what_they_do_to_the_figures(
    overlap, expected, biased
):
    sentences = overlap_sentences(site_result(overlap=overlap))
    assert sentences[0] == expected
    assert any("it is no external test" in one for one in sentences) == biased
    assert len(sentences) == 1 + biased


PROMISED = "5.0% promised on validation"


@pytest.mark.parametrize(
    ("share", "start", "end"),
    [
        (Estimate(0.4, 0.25, 0.6), "40.0% (25.0% to 60.0%)",
         f", more than the {PROMISED}: other films."),
        (Estimate(0.0, 0.0, 0.03), "0.0% (0.0% to 3.0%)", f", no more than the {PROMISED}."),
        (Estimate(0.1, 0.04, 0.2), "10.0% (4.0% to 20.0%)",
         f"; whether that is more than the {PROMISED} cannot be told."),
        (Estimate(0.1, reason="one"), "10.0%",
         f"; whether that is more than the {PROMISED} cannot be told."),
    ],
)  # fmt: skip
def test_films_flagged_at_a_site_are_held_against_the_promise(share, start, end):
    assert flagged_sentence("clinic", Flagged(Found(40, 30, share), 0.05)) == (
        f"At clinic, {start} of the films are flagged as unlike those of train{end}"
    )

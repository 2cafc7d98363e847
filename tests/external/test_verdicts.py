import pytest
from example_metrics import estimate
from example_sites import drop, drops, site_metrics, site_result

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.external.records import Flagged
from pneumoscope.external.verdicts import (
    claims,
    expectation_verdict,
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
    assert flagged_sentence("clinic", Flagged(Found(40, 30, share), 0.05, 100)) == (
        f"At clinic, {start} of the films are flagged as unlike those of train{end}"
    )


def test_a_limit_of_few_patients_leaves_open_whether_more_is_flagged():
    """Of ten patients one lies beyond by chance, or four of ten others of the same kind."""
    found = Found(400, 300, Estimate(0.2, 0.16, 0.25))
    for patients, told in ((1000, "other films."), (10, "cannot be told."), (None, "be told.")):
        assert flagged_sentence("clinic", Flagged(found, 0.1, patients)).endswith(told)


WATCHED = ("auroc", "sensitivity", "specificity")


def expected(there: dict, here: dict | None = None) -> list[str]:
    """Tell of a site with some figures, against what hard validation led to expect."""
    elsewhere = None if here is None else {
        "radiographs": 100, "patients": 80, "expected": here, "drops": {}, "reason": None,
    }  # fmt: skip
    given = site_metrics(measured={"elsewhere": elsewhere})
    (split,) = given["measured"]["splits"].values()
    split["metrics"] |= there
    return expectation_verdict("clinic", site_result(models={"cnn": given}).models["cnn"], 1)


def figures(value: float, reach: float, **changes) -> dict:
    same = {metric: estimate(value, value - reach, value + reach) for metric in WATCHED}
    return same | changes


def test_a_site_that_contradicts_what_was_expected_is_told():
    (words,) = expected(
        figures(0.95, 0.01, specificity=estimate(0.8, 0.78, 0.82)), figures(0.95, 0.01)
    )
    assert words.startswith(
        "clinic contradicts what hard validation led to expect (AUROC 0.950 (0.940 to 0.960), "
        "sensitivity 0.950 (0.940 to 0.960) and specificity 0.950 (0.940 to 0.960)): specificity "
        "is lower by 0.150 ("
    )
    assert words.endswith(") there.")
    (better,) = expected(figures(0.95, 0.01), figures(0.8, 0.01))
    assert "specificity is higher by 0.150" in better


def test_a_site_that_confirms_what_was_expected_is_told():
    (words,) = expected(figures(0.945, 0.01), figures(0.95, 0.01))
    assert words.startswith("clinic confirms what hard validation led to expect")
    assert words.endswith("within 0.05.")


def test_a_site_within_a_wide_expectation_confirms_nothing():
    (words,) = expected(figures(0.9, 0.05), figures(0.93, 0.06))
    assert words.startswith("clinic does not contradict what hard validation led to expect: every")


def test_a_site_outside_the_expectation_by_chance_is_left_open():
    (words,) = expected(figures(0.9, 0.06, auroc=estimate(0.84, 0.76, 0.92)), figures(0.93, 0.06))
    assert words.startswith("Whether clinic bears out what hard validation led to expect")
    assert words.endswith(
        "cannot be told: AUROC there lies outside the interval, by no more than chance may."
    )


def test_without_an_expectation_nothing_is_said():
    assert expected(figures(0.9, 0.05)) == []
    assert expected(figures(0.9, 0.05), {}) == []

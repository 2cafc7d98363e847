"""What the slides say of other sites, and that they say nothing without one."""

import pytest
from example_metrics import elsewhere as expected
from example_metrics import estimate
from example_sites import drop, drops, site_metrics, site_result

from pneumoscope.report.slides.deck import deck
from pneumoscope.report.slides.external import elsewhere


def at(run, **sites):
    """Put what was measured of cnn at each site on record."""
    for site, changes in sites.items():
        one = site_metrics(site, drops={"test": drops(**changes.get("test", {}))})
        split = one["measured"]["splits"][f"external:{site}"]
        split["metrics"]["sensitivity"] = estimate(0.9, 0.8, 0.95)
        split["metrics"]["specificity"] = estimate(0.6, 0.5, 0.7)
        run.external[site] = site_result(site, {"cnn": one}, **changes.get("films", {}))
    return run


def test_without_a_site_there_is_no_slide(run, context):
    assert elsewhere(context(run)) is None
    assert not any("clinic" in slide.title for slide in shown(run, context))


def shown(run, context):
    made = context(run)
    return deck(made.options, made.evaluation, made.found)


def test_sensitivity_and_specificity_stand_beside_those_of_test_with_intervals(run, context):
    slide = elsewhere(context(at(run, clinic={})))
    assert [bar.name for bar in slide.body.bars] == [
        "sensitivity, test", "sensitivity, clinic", "specificity, test", "specificity, clinic",
    ]  # fmt: skip
    assert (slide.body.bars[3].share, slide.body.bars[3].low) == (0.6, 0.5)
    assert "Lines: 95% intervals over patients." in slide.note
    assert slide.title in [one.title for one in shown(run, context)]


@pytest.mark.parametrize(
    ("drop", "reach", "title"),
    [
        (
            0.2,
            0.01,
            "Elsewhere expect a lower sensitivity and specificity than on all of validation.",
        ),
        (0.0, 0.01, "Where who took a film tells nothing it does no worse, within 0.05."),
        (0.1, 0.2, "Whether elsewhere it does worse than on validation cannot be told."),
    ],
)
def test_without_a_site_hard_validation_stands_beside_validation(run, context, drop, reach, title):
    run.metrics["cnn"]["elsewhere"] = expected(drop, reach)
    slide = elsewhere(context(run))
    assert slide.title == title
    assert [(bar.name, bar.share) for bar in slide.body.bars] == [
        ("sensitivity, validation", 0.9), ("sensitivity, hard validation", 0.9),
        ("specificity, validation", 0.75), ("specificity, hard validation", 0.9),
    ]  # fmt: skip
    assert (slide.body.bars[3].low, slide.body.bars[3].high) == (0.85, 0.95)
    assert "who took a film tells nothing" in slide.note
    assert slide.title in [one.title for one in shown(run, context)]


def test_a_measured_site_takes_the_place_of_what_was_to_be_expected(run, context):
    run.metrics["cnn"]["elsewhere"] = expected()
    assert "clinic" in elsewhere(context(at(run, clinic={}))).title


@pytest.mark.parametrize(
    "changes", [{"radiographs": 12}, {"radiographs": 0, "expected": {}, "drops": {}}]
)
def test_where_hard_validation_says_nothing_new_there_is_no_slide(run, context, changes):
    run.metrics["cnn"]["elsewhere"] = {**expected(), **changes}
    run.metrics["cnn"]["splits"]["validation"]["n"] = 12
    assert elsewhere(context(run)) is None


@pytest.mark.parametrize(
    ("test", "title", "note"),
    [
        ({"specificity": drop(-0.3, 0.05)}, "At clinic it is shown to do worse than on the test.",
         "specificity is lower by 0.300"),
        ({}, "What the test shows holds at clinic within 0.05.", "holds at clinic within 0.05"),
        ({"sensitivity": drop(0.0, 0.2)},
         "Whether what the test shows holds at clinic cannot be told.", "cannot be told"),
        ({"specificity": drop(0.3, 0.05)},
         "At clinic no figure is shown to be lower than on the test.", "is higher by 0.300"),
    ],
)  # fmt: skip
def test_the_drop_has_its_verdict(run, context, test, title, note):
    slide = elsewhere(context(at(run, clinic={"test": test})))
    assert slide.title == title
    assert note in slide.note


def test_films_that_the_models_know_are_named_and_others_not(run, context):
    assert "learned" not in elsewhere(context(at(run, clinic={}))).note
    known = {"films": {"overlap": {"identical": {"train": 2}}}}
    assert "The models learned from 2 of the 12 films of clinic" in (
        elsewhere(context(at(run, clinic=known))).note
    )

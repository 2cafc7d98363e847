"""Sentences on updates: they speak where something is shown, and say so where nothing is."""

from dataclasses import replace

import pytest
from example_updates import site_update, worth

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.external.updates.records import Change
from pneumoscope.external.updates.verdicts import (
    Effect,
    applied_sentence,
    curve_sentence,
    doubts,
    effect,
    reading_sentence,
    refusal,
    update_sentence,
)
from pneumoscope.naming import Recalibration


@pytest.mark.parametrize(
    ("brier", "aimed", "expected"),
    [
        (-0.1, 0.0, Effect.HELPS),
        (0.0, 0.1, Effect.HELPS),
        (0.01, -0.01, Effect.OPEN),
        (0.1, 0.1, Effect.HARMS),
        (-0.1, -0.1, Effect.HARMS),
    ],
)
def test_an_update_helps_where_one_measure_gains_and_none_loses(brier, aimed, expected):
    assert effect(worth(brier, aimed)) is expected


def test_the_more_is_judged_together_the_more_it_takes():
    # An interval that reaches 0.02 ends at 0.005 alone; of two claims it is 1.144 times as wide.
    one = worth(brier=-0.0225)
    assert effect(one) is Effect.OPEN
    assert effect(worth(brier=-0.0235)) is Effect.HELPS
    assert effect(worth(brier=-0.0235), sizes=4) is Effect.OPEN


def test_what_has_no_interval_shows_nothing():
    lost = Change(Estimate(None, reason="x"), Estimate(None), Estimate(None, reason="x"))
    assert effect(replace(worth(), brier=lost, aimed=lost)) is Effect.OPEN


def test_an_update_that_helps_is_offered_by_name():
    told = update_sentence(site_update())
    assert told.startswith("An update of cnn at clinic, fitted on 60 films of 40 patients, ")
    assert "measured on 50 films of 1 patient (other patients), is shown to help" in told
    assert "the Brier score lower by 0.100 (0.080 to 0.120)" in told
    assert "the mean of sensitivity and specificity higher by 0.100 (0.080 to 0.120)" in told
    assert told.endswith("--params inference.site=clinic")


def test_an_update_that_does_not_help_is_not_offered():
    update = site_update()
    assert refusal(update.reading, update.worth) is None
    open_one = refusal(update.reading, worth())
    assert open_one.startswith("it is not shown to help (the mean of sensitivity and")
    assert refusal(update.reading, worth(brier=0.1)).startswith("it is shown to harm")
    kept = replace(update.reading, kept="too few patients (1 with NORMAL; 5 are the least)")
    assert refusal(kept, update.worth) == kept.kept
    told = update_sentence(replace(update, refused=open_one))
    assert "is not offered: it is not shown to help" in told
    assert "inference.site" not in told


def test_nothing_measured_is_said_with_its_reason():
    update = site_update(worth=None, refused="there is no film with NORMAL")
    assert update_sentence(update) == (
        "An update of cnn at clinic cannot be measured: there is no film with NORMAL."
    )
    assert curve_sentence(replace(update, curve=())) == ""
    assert reading_sentence(replace(update, reading=None)) == ""


def test_what_an_update_changes_is_told_in_numbers():
    assert reading_sentence(site_update()) == (
        "It changes: the threshold is 0.7000 (largest sensitivity + specificity); probabilities "
        "are recalibrated (intercept and slope), logit = -1.000 + 0.500 logit(score), for a share "
        "of PNEUMONIA of 0.250."
    )
    none = replace(site_update().reading, method=Recalibration.NONE)
    told = reading_sentence(site_update(reading=none))
    assert "probabilities stay as they were" in told
    assert "logit" not in told


@pytest.mark.parametrize(
    ("gains", "told"),
    [
        ([0.0, 0.0], "updates on 25 and 50 films are not shown to help."),
        ([0.0, 0.1], "updates on 50 films are shown to help; with 50:"),
        ([0.1, 0.1], "updates from 25 films on are shown to help; with 50:"),
        ([0.1, 0.0], "updates on 25 films are shown to help; with 50:"),
        ([0.0, -0.1], "updates on 25 and 50 films are not shown to help. On 50 they are shown to"),
    ],
)
def test_a_curve_is_told_from_where_it_helps(gains, told):
    curve = [worth(aimed=gain, films=n) for gain, n in zip(gains, (25, 50), strict=True)]
    found = curve_sentence(site_update(curve=curve))
    assert found.startswith("Of cnn at clinic, over 20 cuts by patient, ")
    assert told in found


def test_films_without_a_patient_are_a_doubt_and_others_are_none():
    assert doubts(site_update()) == []
    (told,) = doubts(site_update(without_key=1))
    assert told.startswith("1 film of clinic without a patient's key: ")


def test_every_prediction_says_by_which_update():
    assert applied_sentence(site_update(), "2026-01-01T00.00.00.000Z") == (
        "Read by the update clinic@2026-01-01T00.00.00.000Z: fitted on 60 films of 40 patients of "
        "clinic, measured there on 50 films of 1 patient (other patients). What the evaluation "
        "measured holds without it."
    )

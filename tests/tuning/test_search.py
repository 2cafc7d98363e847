"""The search: seeded, gone on with as if never stopped, and never with another's trials."""

import logging

import pytest

from pneumoscope.datasets.tuning_studies import StudyFolder
from pneumoscope.errors import InputError
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.options import TuningOptions
from pneumoscope.tuning.records import Ending
from pneumoscope.tuning.search import RANDOM, Conditions, search

pytest.importorskip("optuna", reason="the extra `tune` is not installed")

OWN = {"fitting.learning_rate": 0.001, "model.units": 8}
SPACE = {
    "fitting": {"learning_rate": {"low": 0.0001, "high": 0.1, "log": True}},
    "model": {"units": {"low": 4, "high": 64}},
}


def options(trials, **changes):
    return TuningOptions.model_validate({"trials": trials, "space": SPACE, **changes})


def conditions(**changes):
    given = {"data": "one", **changes}
    return Conditions("cnn", given, "f" * 64, "hard", OWN, seed=7)


def attempt(values, title, report):  # noqa: ARG001
    """Do best with the middle of the units; the rate is of no matter."""
    value = 1 - abs(values["model.units"] - 32) / 64
    report(1, value)
    return Estimate(value, value - 0.1, value + 0.1), 1


def test_the_recipe_as_it_is_comes_first_and_the_number_is_what_was_asked_for(tmp_path):
    study = search(conditions(), options(4), StudyFolder(tmp_path), attempt)
    assert [one.number for one in study.trials] == [1, 2, 3, 4]
    assert study.trials[0].values == OWN
    assert study.trials[0].auroc.low == pytest.approx(1 - 24 / 64 - 0.1)
    assert study.best.auroc.value == max(one.auroc.value for one in study.trials)
    assert all(isinstance(one.values["model.units"], int) for one in study.trials)
    assert StudyFolder(tmp_path).read() == {conditions().identity: study}


def test_equal_seeds_try_the_same_recipes_and_others_do_not(tmp_path):
    found = [
        search(conditions(), options(3), StudyFolder(tmp_path / name), attempt) for name in "ab"
    ]
    assert found[0] == found[1]
    other = Conditions("cnn", {"data": "one"}, "f" * 64, "hard", OWN, seed=8)
    changed = search(other, options(3), StudyFolder(tmp_path / "c"), attempt)
    assert changed.trials[1].values != found[0].trials[1].values


@pytest.mark.parametrize("at", [1, 2, RANDOM + 2])
def test_a_search_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path, at):
    whole = search(conditions(), options(RANDOM + 4), StudyFolder(tmp_path / "whole"), attempt)
    studies = StudyFolder(tmp_path / "stopped")

    def stopped(values, title, report):
        if f"trial {at} of" in title:
            raise KeyboardInterrupt
        return attempt(values, title, report)

    with pytest.raises(KeyboardInterrupt):
        search(conditions(), options(RANDOM + 4), studies, stopped)
    (kept,) = studies.read().values()
    assert len(kept.trials) == at - 1
    assert search(conditions(), options(RANDOM + 4), studies, attempt) == whole


def test_more_trials_go_on_and_as_many_are_none(tmp_path, caplog):
    studies = StudyFolder(tmp_path)
    search(conditions(), options(2), studies, attempt)
    with caplog.at_level(logging.INFO):
        study = search(conditions(), options(3), studies, attempt)
    assert "cnn: goes on after 2 trials" in caplog.text
    assert len(study.trials) == 3
    assert search(conditions(), options(2), studies, _never) == study


def _never(*_arguments):
    raise AssertionError


def test_other_data_or_options_are_a_study_of_their_own_and_what_differs_is_told(tmp_path, caplog):
    studies = StudyFolder(tmp_path)
    search(conditions(), options(2), studies, attempt)
    assert caplog.text.count("of its own") == 0
    with caplog.at_level(logging.INFO):
        study = search(conditions(data="two", code="new"), options(2), studies, attempt)
    assert "of its own, since it differs from that of 2 trials in: code, data" in caplog.text
    assert [one.number for one in study.trials] == [1, 2]
    assert len(studies.read()) == 2


def test_a_trial_behind_the_median_is_given_up_and_counts(tmp_path):
    def behind(values, title, report):
        if "trial 6 of" in title:
            report(1, 0.01)
            return Estimate(0.01), 1
        return attempt(values, title, report)

    study = search(conditions(), options(6), StudyFolder(tmp_path), behind)
    last = study.trials[-1]
    assert (last.ending, last.epochs, last.auroc.value) == (Ending.STOPPED, 1, None)
    assert "median" in last.auroc.reason
    kept = search(conditions(prune="no"), options(6, prune=False), StudyFolder(tmp_path), behind)
    assert {one.ending for one in kept.trials} == {Ending.COMPLETE}


def test_a_trial_that_cannot_be_trained_is_a_result_and_no_end(tmp_path):
    def diverges(values, title, report):
        if "trial 2 of" in title:
            raise InputError("a finite training loss", "nan in epoch 1", "Lower the rate.")
        return attempt(values, title, report)

    study = search(conditions(), options(3), StudyFolder(tmp_path), diverges)
    assert study.trials[1].ending is Ending.FAILED
    assert study.trials[1].auroc.reason == "nan in epoch 1"
    assert study.trials[2].ending is Ending.COMPLETE


def test_an_error_of_the_code_ends_the_search(tmp_path):
    def wrong(*_arguments):
        raise RuntimeError("a slip")

    with pytest.raises(RuntimeError, match="a slip"):
        search(conditions(), options(2), StudyFolder(tmp_path), wrong)


def test_a_recipe_outside_the_space_is_not_tried_and_that_is_said(tmp_path, caplog):
    own = {**OWN, "model.units": 1024}
    outside = Conditions("cnn", {"data": "one"}, "f" * 64, "hard", own, seed=7)
    with caplog.at_level(logging.INFO):
        study = search(outside, options(2), StudyFolder(tmp_path), attempt)
    assert "cnn: the recipe as it is lies outside the space" in caplog.text
    assert study.trials[0].values != own


def test_every_trial_is_told_with_the_best_so_far(tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        search(conditions(), options(2), StudyFolder(tmp_path), attempt)
    lines = [line for line in caplog.messages if "trial" in line]
    assert "cnn: trial 1 of 2, complete: AUROC on hard validation 0.625" in lines[0]
    assert "left" in lines[0]
    assert "left" not in lines[-1]

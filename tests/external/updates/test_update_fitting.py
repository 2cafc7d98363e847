"""An update fitted on films of a site: what is shown to be wrong is mended, and nothing else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from example_updates import LOCKED, films, options
from scipy.special import expit, logit

from pneumoscope.evaluation.records import CalibrationMap, OperatingPoint
from pneumoscope.external.updates.fitting import LEAST, fit_reading, zones_around
from pneumoscope.naming import Recalibration, ThresholdRule


def test_scores_that_are_probabilities_stay_as_they_are():
    found = fit_reading(films(), LOCKED, options())
    assert found.method is Recalibration.NONE
    assert (found.probability, found.prevalence) == (LOCKED.probability, LOCKED.prevalence)
    assert found.kept is None


def test_scores_too_high_throughout_are_recalibrated_in_the_large():
    found = fit_reading(films(shift=1.5), LOCKED, options())
    assert found.method is Recalibration.IN_THE_LARGE
    assert found.probability.slope == 1.0
    assert found.probability.intercept == pytest.approx(-1.5, abs=0.4)
    # The rule puts it where the classes part, which has moved with the scores.
    assert logit(found.operating_point.threshold) == pytest.approx(1.5, abs=0.8)


def test_scores_too_extreme_get_a_slope_of_their_own():
    found = fit_reading(films(spread=2.0, prevalence=0.3), LOCKED, options())
    assert found.method is Recalibration.LOGISTIC
    assert found.probability.slope == pytest.approx(0.5, abs=0.1)
    assert found.prevalence == pytest.approx(0.3, abs=0.06)


def test_an_update_is_chained_to_the_calibration_that_was_locked():
    locked = replace(LOCKED, probability=CalibrationMap(0.5, -0.25))
    rows = films(spread=2.0, shift=0.5)
    # 0.5 (2 x + 0.5) - 0.25 is x: the locked map is right, and nothing is left to mend.
    assert fit_reading(rows, locked, options()).method is Recalibration.NONE
    moved = fit_reading(films(spread=2.0, shift=3.5), locked, options())
    assert moved.method is Recalibration.IN_THE_LARGE
    assert moved.probability.slope == 0.5
    assert moved.probability.intercept == pytest.approx(-1.75, abs=0.3)


def test_a_threshold_fixed_beforehand_moves_with_the_scores():
    found = fit_reading(films(shift=1.5), LOCKED, options(rule="fixed", value=0.5))
    point = found.operating_point
    assert logit(point.threshold) == pytest.approx(1.5, abs=0.4)
    assert "moves" not in point.reason
    assert "fixed beforehand" in point.reason


def test_another_prevalence_alone_moves_no_threshold_that_was_fixed():
    # Bayes: other odds add to every logit of the truth, which the scores do not know of.
    rows = films(n=2000, prevalence=0.15)
    rows["score"] = expit(logit(rows["score"]) - logit(0.15))
    found = fit_reading(rows, LOCKED, options(rule="fixed", value=0.5))
    assert found.method is Recalibration.IN_THE_LARGE
    assert found.probability.intercept == pytest.approx(logit(0.15), abs=0.25)
    assert logit(found.operating_point.threshold) == pytest.approx(0.0, abs=0.25)


def test_a_zone_with_bounds_moves_as_a_whole():
    point = OperatingPoint(ThresholdRule.GREY_ZONE, 0.5, "locked", 0.4, 0.6)
    rule = {"rule": "grey_zone", "low": 0.4, "high": 0.6}
    found = fit_reading(films(shift=1.5), replace(LOCKED, operating_point=point), options(**rule))
    low, high = logit(np.array(found.operating_point.zone))
    assert high - low == pytest.approx(logit(0.6) - logit(0.4))
    assert low < logit(found.operating_point.threshold) < high


@pytest.mark.parametrize("label", ["NORMAL", "PNEUMONIA"])
def test_few_patients_of_a_class_leave_all_as_it_was(label):
    rows = films(shift=2.0)
    few = rows[rows["label"] == label].head(LEAST - 1)
    found = fit_reading(pd.concat([rows[rows["label"] != label], few]), LOCKED, options())
    assert found.operating_point == LOCKED.operating_point
    assert found.kept == f"too few patients (4 with {label}; 5 are the least)"
    # A hundred films of one patient are one patient.
    same = rows.assign(patient_id=np.where(rows["label"] == label, "one", rows["patient_id"]))
    assert fit_reading(same, LOCKED, options()).kept.startswith("too few patients (1 with")


def test_scores_that_do_not_rise_with_pneumonia_are_not_made_to():
    rows = films(shift=2.0)
    for scores in (1 - rows["score"], np.random.default_rng(1).random(len(rows))):
        found = fit_reading(rows.assign(score=scores), LOCKED, options())
        assert found.kept == "the scores are not shown to rise with PNEUMONIA there"
        assert replace(found, kept=None) == LOCKED


def test_classes_that_a_threshold_separates_have_no_slope_and_may_have_an_intercept():
    rows = films()
    rows["score"] = np.where(rows["label"] == "PNEUMONIA", 0.99, 0.9)
    rows["score"] += np.linspace(0, 0.005, len(rows))
    found = fit_reading(rows, LOCKED, options())
    assert found.method is Recalibration.IN_THE_LARGE
    assert found.probability.slope == 1.0
    assert 0.905 < found.operating_point.threshold < 0.995


def test_a_few_films_that_a_threshold_nearly_separates_rise_with_pneumonia():
    rows = films(n=24)
    ill = rows["label"] == "PNEUMONIA"
    rows["score"] = np.where(ill, 0.95, 0.75) + np.linspace(0, 0.04, len(rows))
    # One film among those of the other class: the slope is steep, and its interval wide.
    rows.loc[rows.index[ill][0], "score"] = 0.76
    found = fit_reading(rows, LOCKED, options())
    assert found.kept is None
    assert found.operating_point != LOCKED.operating_point


def test_a_rule_that_too_few_films_cannot_serve_leaves_all_as_it_was():
    rule = {"rule": "min_sensitivity", "value": 0.99, "confidence": 0.999}
    found = fit_reading(films(n=60), LOCKED, options(**rule))
    assert found.kept.startswith("a validation on which min_sensitivity")
    assert found.operating_point == LOCKED.operating_point


def test_zones_hold_their_share_of_the_films():
    rows = films()
    zones = zones_around(rows, 0.5, options())
    assert "0" not in zones
    for share, (low, high) in zones.items():
        inside = ((rows["score"] >= low) & (rows["score"] < high)).mean()
        assert inside == pytest.approx(float(share), abs=0.01)
        assert low < 0.5 < high

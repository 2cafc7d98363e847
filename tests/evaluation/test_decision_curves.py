from math import hypot

import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.decision_curves import (
    THRESHOLDS,
    curve_table,
    excess,
    measure_decision_curves,
    ranges,
    treat_all,
)
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.proportions import clopper_pearson
from pneumoscope.evaluation.records import Calibration, CalibrationMap, DecisionCurve
from pneumoscope.naming import CalibrationMethod
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate(
    {"threshold": {"rule": "youden"}, "prevalences": [0.2, 0.5]}
)
AS_IT_IS = Calibration(CalibrationMethod.PLATT, 0.5, CalibrationMap(1.0), None, {})


def rows(label: list, score: list, patient: list | None = None) -> pd.DataFrame:
    names = ["PNEUMONIA" if one else "NORMAL" for one in label]
    owners = patient or [str(n) for n in range(len(label))]
    return pd.DataFrame({"patient_id": owners, "label": names, "score": score, "split": "test"})


def at(curve: DecisionCurve, threshold: float) -> Estimate:
    return curve.net_benefit[list(curve.thresholds).index(threshold)]


def test_net_benefit_is_that_of_the_formula_worked_out_by_hand():
    # At 0.5 three of four are found, and one of four is alarmed falsely.
    scores = rows([1, 1, 1, 1, 0, 0, 0, 0], [0.9, 0.8, 0.7, 0.3, 0.6, 0.2, 0.1, 0.1])
    curve = measure_decision_curves(scores, AS_IT_IS, OPTIONS).curves["0.5"]
    found = at(curve, 0.5)
    assert found.value == pytest.approx(0.5 * 0.75 - 0.5 * 0.25)
    # Sensitivity and specificity have the same interval, and no patient is in both.
    low, high = clopper_pearson(0.75, 3, 0.95)
    assert found.low == pytest.approx(0.25 - hypot(0.75 - low, 0.75 - low) / 2)
    assert found.high == pytest.approx(0.25 + hypot(high - 0.75, high - 0.75) / 2)


def test_probabilities_are_carried_over_to_the_prevalence():
    # Odds of 1 at a prevalence of 0.5 are 1/4 at 0.2: a probability of 0.2, which stays called.
    scores = rows([1, 0], [0.5, 0.4])
    curve = measure_decision_curves(scores, AS_IT_IS, OPTIONS).curves["0.2"]
    assert at(curve, 0.15).value == pytest.approx(0.2)
    assert at(curve, 0.25).value == pytest.approx(0.0)


def test_films_of_one_patient_are_no_more_evidence_than_one():
    once = rows([1, 1, 0, 0] * 5, [0.9, 0.3, 0.6, 0.2] * 5)
    copied = pd.concat([once] * 3, ignore_index=True)
    alone, together = (
        at(measure_decision_curves(table, AS_IT_IS, OPTIONS).curves["0.5"], 0.5)
        for table in (once, copied)
    )
    assert together.high - together.low == pytest.approx(alone.high - alone.low, rel=0.15)


def test_treating_all_is_worth_nothing_at_the_prevalence():
    assert treat_all(0.2, 0.2) == pytest.approx(0)
    assert treat_all(0.5, 0.2) == pytest.approx(0.2 - 0.8)


def test_the_excess_is_over_the_better_policy_and_wide_enough_for_all_thresholds():
    curve = DecisionCurve([0.1, 0.5], [Estimate(0.2, 0.1, 0.3), Estimate(0.2, 0.1, 0.3)])
    below, above = excess(curve, 0.2)
    assert below.value == pytest.approx(0.2 - (0.2 - 0.8 / 9))
    assert above.value == pytest.approx(0.2)
    assert above.high - above.low == pytest.approx(0.2 * 2.2414 / 1.95996, abs=1e-4)


def test_neighbouring_thresholds_make_one_range():
    assert ranges([0.1, 0.2, 0.3, 0.4], [True, True, False, True]) == [(0.1, 0.2), (0.4, 0.4)]
    assert ranges([0.1, 0.2], [False, False]) == []


def test_without_a_map_there_is_no_curve_but_the_reason():
    none = Calibration(CalibrationMethod.PLATT, 0.5, None, "a class is absent", {})
    found = measure_decision_curves(rows([1, 0], [0.5, 0.4]), none, OPTIONS)
    assert (found.curves, found.reason) == ({}, "a class is absent")


def test_without_a_prevalence_there_is_no_curve_but_the_reason():
    options = OPTIONS.model_copy(update={"prevalences": []})
    found = measure_decision_curves(rows([1, 0], [0.5, 0.4]), AS_IT_IS, options)
    assert (found.curves, found.reason) == ({}, "evaluation.prevalences names no prevalence")


def test_a_curve_becomes_columns_to_draw():
    curve = DecisionCurve([0.1, 0.5], [Estimate(0.2, 0.1, 0.3), Estimate(None, reason="x")])
    table = curve_table(curve, 0.5)
    assert table["model"].isna().tolist() == [False, True]
    assert table["treat_all"].tolist() == pytest.approx([0.5 - 0.5 / 9, 0.0])


def test_a_useless_model_is_rarely_shown_to_be_worth_anything():
    shown = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        scores = rows(list(rng.random(60) < 0.5), list(rng.uniform(0.3, 0.7, 60)))
        curve = measure_decision_curves(scores, AS_IT_IS, OPTIONS).curves["0.5"]
        shown += any(one.low > 0 for one in excess(curve, 0.5))
    assert shown <= 4
    assert len(THRESHOLDS) == 27

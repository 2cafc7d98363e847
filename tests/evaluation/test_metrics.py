import json
from itertools import product

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics
from sklearn.calibration import calibration_curve

from pneumoscope.evaluation.metrics import (
    Confusion,
    confusion,
    ppv_npv,
    summarise,
    undefined_reasons,
)
from pneumoscope.naming import Metric

LABEL = [0, 0, 0, 1, 1, 1]
SCORE = [0.1, 0.4, 0.6, 0.35, 0.8, 0.9]


def _random_case(seed, decimals):
    rng = np.random.default_rng(seed)
    label = rng.random(80) < 0.6
    score = np.clip(rng.normal(0.35 + 0.3 * label, 0.25), 0, 1).round(decimals)
    return label, score, rng.integers(0, 4, 80) * rng.random(80)


def _by_sklearn(label, score, threshold, weight):
    prediction = score >= threshold
    given = {"sample_weight": weight}
    macro = {"average": "macro", **given}
    return {
        Metric.ACCURACY: sklearn_metrics.accuracy_score(label, prediction, **given),
        Metric.PRECISION: sklearn_metrics.precision_score(label, prediction, **given),
        Metric.SENSITIVITY: sklearn_metrics.recall_score(label, prediction, **given),
        Metric.SPECIFICITY: sklearn_metrics.recall_score(label, prediction, pos_label=0, **given),
        Metric.F1: sklearn_metrics.f1_score(label, prediction, **given),
        Metric.AUROC: sklearn_metrics.roc_auc_score(label, score, **given),
        Metric.AVERAGE_PRECISION: sklearn_metrics.average_precision_score(label, score, **given),
        Metric.BRIER: sklearn_metrics.brier_score_loss(label, score, **given),
        Metric.MACRO_PRECISION: sklearn_metrics.precision_score(label, prediction, **macro),
        Metric.MACRO_RECALL: sklearn_metrics.recall_score(label, prediction, **macro),
        Metric.MACRO_F1: sklearn_metrics.f1_score(label, prediction, **macro),
    }


def test_six_radiographs_give_the_metrics_computed_by_hand():
    assert confusion(LABEL, SCORE, 0.5) == Confusion(tn=2, fp=1, fn=1, tp=2)
    two_thirds = dict.fromkeys(Metric, 2 / 3)
    expected = two_thirds | {
        Metric.AUROC: 7 / 9,
        Metric.AVERAGE_PRECISION: (1 + 1 + 3 / 5) / 3,
        Metric.BRIER: (0.01 + 0.16 + 0.36 + 0.4225 + 0.04 + 0.01) / 6,
        Metric.ECE: (0.15 + 0.3) / 6,
    }
    assert summarise(LABEL, SCORE, 0.5, bins=2) == pytest.approx(expected, abs=1e-15)


def test_a_score_at_the_threshold_is_pneumonia():
    assert confusion([0, 1], [0.3, 0.5], 0.5) == Confusion(tn=1, fp=0, fn=0, tp=1)


@pytest.mark.parametrize("decimals", [1, 6])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_metrics_agree_with_scikit_learn(seed, weighted, decimals):
    label, score, weight = _random_case(seed, decimals)
    weight = weight if weighted else None
    ours = summarise(label, score, 0.5, 10, weight)
    for metric, value in _by_sklearn(label, score, 0.5, weight).items():
        assert ours[metric] == pytest.approx(value, abs=1e-12), metric


@pytest.mark.parametrize("decimals", [1, 6])
def test_calibration_error_agrees_with_the_bins_of_scikit_learn(decimals):
    label, score, _ = _random_case(3, decimals)
    observed, mean_score = calibration_curve(label, score, n_bins=10)
    index = np.searchsorted(np.linspace(0, 1, 11)[1:-1], score)
    n = np.bincount(index)[np.bincount(index) > 0]
    expected = (n * np.abs(observed - mean_score)).sum() / n.sum()
    assert summarise(label, score, 0.5, 10)[Metric.ECE] == pytest.approx(expected, abs=1e-12)


def test_whole_weights_mean_repeated_radiographs():
    label, score, _ = _random_case(4, 2)
    times = np.random.default_rng(4).integers(0, 3, label.size)
    repeated = summarise(np.repeat(label, times), np.repeat(score, times), 0.5, 10)
    assert summarise(label, score, 0.5, 10, times) == pytest.approx(repeated, abs=1e-12)


def test_exactly_the_undefined_metrics_have_a_reason():
    seen = set()
    for n in range(4):
        for label, score, weight in product(
            product([0, 1], repeat=n), product([0.2, 0.8], repeat=n), product([0, 1], repeat=n)
        ):
            values = summarise(label, score, 0.5, 5, weight)
            undefined = {metric for metric, value in values.items() if value is None}
            assert set(undefined_reasons(label, score, 0.5, weight)) == undefined
            assert all(0 <= value <= 1 for value in values.values() if value is not None)
            seen |= undefined
    assert seen == set(Metric)


def test_reasons_name_the_class_that_is_absent():
    assert undefined_reasons([1, 1], [0.2, 0.8], 0.5) == {
        Metric.SPECIFICITY: "no radiograph is NORMAL",
        Metric.AUROC: "no radiograph is NORMAL",
        Metric.MACRO_RECALL: "no radiograph is NORMAL",
    }
    assert undefined_reasons([0, 1], [0.2, 0.3], 0.5) == {
        Metric.PRECISION: "no radiograph is predicted PNEUMONIA",
        Metric.MACRO_PRECISION: "no radiograph is predicted PNEUMONIA",
    }


def test_the_widest_reason_is_given():
    nothing = undefined_reasons([], [], 0.5)
    assert nothing == dict.fromkeys(Metric, "there is no radiograph of any weight")
    assert undefined_reasons([0], [0.2], 0.5)[Metric.F1].startswith("no radiograph is PNEUMONIA")


def test_metrics_are_plain_numbers_for_json():
    values = summarise(LABEL, np.array(SCORE, dtype=np.float32), 0.5, 2)
    assert all(type(value) is float for value in values.values())
    assert json.loads(json.dumps(values, allow_nan=False)) == values


def test_predictive_values_follow_the_prevalence():
    # Of 1000: 100 ill, 90 of them found; 900 well, 180 of them alarmed.
    assert ppv_npv(0.9, 0.8, 0.1) == pytest.approx((90 / 270, 720 / 730))
    assert ppv_npv(1.0, 1.0, 0.0) == pytest.approx((np.nan, 1.0), nan_ok=True)
    assert ppv_npv(1.0, 0.0, 0.3) == pytest.approx((0.3, np.nan), nan_ok=True)
    ppv, _ = ppv_npv([0.9, np.nan], [0.8, 0.8], 0.1)
    assert ppv == pytest.approx([90 / 270, np.nan], nan_ok=True)
    with pytest.raises(ValueError, match="shares, not percentages"):
        ppv_npv(0.9, 0.8, 10)


def test_a_threshold_that_is_missing_is_refused():
    with pytest.raises(ValueError, match="expected a threshold, received NaN"):
        summarise(LABEL, SCORE, float("nan"), 2)

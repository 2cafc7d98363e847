import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics
from sklearn.calibration import calibration_curve

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.metrics import (
    BIASED,
    MEASURES,
    OF_SCORES,
    estimate_metrics,
    measure_metrics,
    metric_differences,
)
from pneumoscope.evaluation.sample import Sample
from pneumoscope.naming import Label, Metric
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}, "ece_bins": 10})
LABEL = [0, 0, 0, 1, 1, 1]
SCORE = [0.1, 0.4, 0.6, 0.35, 0.8, 0.9]


def rows(label, score, patient=None) -> pd.DataFrame:
    numbers = np.arange(len(label))
    return pd.DataFrame(
        {
            "radiograph_id": [f"radiograph {n:03}" for n in numbers],
            "patient_id": numbers if patient is None else patient,
            "label": [list(Label)[int(one)] for one in label],
            "score": score,
        }
    )


def values(label, score, threshold=0.5, options=OPTIONS) -> dict:
    found = estimate_metrics(rows(label, score), threshold, options)
    return {metric: estimate.value for metric, estimate in found.items()}


def random_case(seed, decimals):
    rng = np.random.default_rng(seed)
    label = rng.random(80) < 0.6
    score = np.clip(rng.normal(0.35 + 0.3 * label, 0.25), 0, 1).round(decimals)
    return label, score, rng.integers(0, 25, 80)


def by_sklearn(label, score, threshold, weight=None):
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
    two_thirds = dict.fromkeys(Metric, 2 / 3)
    expected = two_thirds | {
        Metric.AUROC: 7 / 9,
        Metric.AVERAGE_PRECISION: (1 + 1 + 3 / 5) / 3,
        Metric.BRIER: (0.01 + 0.16 + 0.36 + 0.4225 + 0.04 + 0.01) / 6,
        Metric.ECE: (0.15 + 0.3) / 6,
    }
    two_bins = OPTIONS.model_copy(update={"ece_bins": 2})
    assert values(LABEL, SCORE, options=two_bins) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("decimals", [1, 6])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_metrics_agree_with_scikit_learn(seed, decimals):
    label, score, _ = random_case(seed, decimals)
    ours = values(label, score)
    for metric, value in by_sklearn(label, score, 0.5).items():
        assert ours[metric] == pytest.approx(value, abs=1e-12), metric


@pytest.mark.parametrize("decimals", [1, 6])
def test_an_influence_is_what_weighing_a_patient_more_does_in_scikit_learn(
    decimals,
):
    label, score, patient = random_case(5, decimals)
    measured = measure_metrics(Sample.of(label, score, patient), 0.5, OPTIONS)
    step = 1e-5
    for number, key in enumerate(np.unique(patient)[:5]):
        more, less = (
            by_sklearn(label, score, 0.5, 1 + sign * step * (patient == key)) for sign in (1, -1)
        )
        for metric, value in more.items():
            slope = (value - less[metric]) / (2 * step)
            assert measured[metric].influence[number] == pytest.approx(slope, abs=1e-8), metric


@pytest.mark.parametrize("decimals", [1, 6])
def test_calibration_error_agrees_with_the_bins_of_scikit_learn(decimals):
    label, score, _ = random_case(3, decimals)
    observed, mean_score = calibration_curve(label, score, n_bins=10)
    n = np.bincount(np.searchsorted(np.linspace(0, 1, 11)[1:-1], score))
    expected = (n[n > 0] * np.abs(observed - mean_score)).sum() / n.sum()
    assert values(label, score)[Metric.ECE] == pytest.approx(expected, abs=1e-12)


def test_every_metric_has_a_reason_exactly_where_a_value_or_an_interval_is_missing():
    seen = set()
    for n in range(4):
        for label, score in product(product([0, 1], repeat=n), product([0.2, 0.8], repeat=n)):
            for metric, found in estimate_metrics(rows(label, score), 0.5, OPTIONS).items():
                assert (found.reason is None) == (found.bounds is not None), (metric, found)
                assert found.value is None or 0 <= found.value <= 1
                if found.bounds:
                    assert found.low <= found.value <= found.high
                    assert found.low < found.high
                seen |= {metric} if found.value is None else set()
    assert seen == set(Metric)


RADIOGRAPH = st.tuples(
    st.booleans(), st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0]), st.integers(0, 5), st.floats(0, 1)
)


@given(st.lists(RADIOGRAPH, min_size=1, max_size=25))
def test_no_interval_is_without_width_or_without_its_estimate(radiographs):
    label, score, patient, other = map(list, zip(*radiographs, strict=True))
    first, second = rows(label, score, patient), rows(label, other, patient)
    differences = metric_differences(first, second, (0.5, 0.5), OPTIONS)
    for found in (estimate_metrics(first, 0.5, OPTIONS), differences):
        for metric, one in found.items():
            assert (one.reason is None) == (one.bounds is not None), (metric, one)
            if one.bounds and one != Estimate(0.0, 0.0, 0.0):
                assert one.low <= one.value <= one.high, (metric, one)
                assert one.low < one.high, (metric, one)


def test_reasons_name_the_class_that_is_absent():
    def reasons(label, score):
        found = estimate_metrics(rows(label, score), 0.5, OPTIONS)
        return {metric: one.reason for metric, one in found.items() if one.value is None}

    assert reasons([1, 1], [0.2, 0.8]) == {
        Metric.SPECIFICITY: "no radiograph is NORMAL",
        Metric.AUROC: "no radiograph is NORMAL",
        Metric.MACRO_RECALL: "no radiograph is NORMAL",
    }
    assert reasons([0, 1], [0.2, 0.3]) == {
        Metric.PRECISION: "no radiograph is predicted PNEUMONIA",
        Metric.MACRO_PRECISION: "no radiograph is predicted PNEUMONIA",
    }
    assert reasons([0], [0.2])[Metric.F1].startswith("no radiograph is PNEUMONIA and none is")
    assert reasons([], [])[Metric.ACCURACY] == "there is no radiograph"


def test_what_is_measured_is_plain_for_json():
    given = values(LABEL, np.array(SCORE, dtype=np.float32))
    assert all(type(value) is float for value in given.values())
    assert json.loads(json.dumps(given, allow_nan=False)) == given


def test_the_calibration_error_is_without_interval_and_says_why():
    found = estimate_metrics(rows(LABEL, SCORE), 0.5, OPTIONS)[Metric.ECE]
    assert (found.bounds, found.reason) == (None, BIASED)


def test_the_interval_of_f1_is_that_of_the_share_it_rises_with():
    # 30 of 40 that are, or are called, PNEUMONIA are both: F1 = 2 * 0.75 / 1.75.
    label = [1] * 35 + [0] * 25
    score = [0.9] * 30 + [0.1] * 5 + [0.9] * 5 + [0.1] * 20
    found = estimate_metrics(rows(label, score), 0.5, OPTIONS)
    share = (found[Metric.F1].low / (2 - found[Metric.F1].low),
             found[Metric.F1].high / (2 - found[Metric.F1].high))  # fmt: skip
    assert found[Metric.F1].value == pytest.approx(1.5 / 1.75)
    assert share == pytest.approx((0.585, 0.873), abs=0.003)  # exact, 30 of 40: 0.588 to 0.873


def test_a_missing_threshold_is_refused():
    with pytest.raises(ValueError, match="expected a threshold, received NaN"):
        values(LABEL, SCORE, float("nan"))


@pytest.mark.parametrize("metric", list(Metric))
def test_a_metric_asked_for_alone_is_the_same_and_no_other_is_computed(metric, monkeypatch):
    case = rows(LABEL, SCORE, [0, 0, 1, 2, 2, 3])
    everything = estimate_metrics(case, 0.5, OPTIONS)

    def unasked(_):
        raise AssertionError("nobody asked for it")

    for other in set(Metric) - {metric}:
        monkeypatch.setitem(MEASURES, other, unasked)
    assert estimate_metrics(case, 0.5, OPTIONS, [metric]) == {metric: everything[metric]}


@pytest.mark.parametrize("metric", sorted(OF_SCORES))
def test_a_metric_of_scores_needs_no_threshold(metric):
    with pytest.raises(ValueError, match="expected a threshold, received NaN"):
        estimate_metrics(rows(LABEL, SCORE), float("nan"), OPTIONS)
    found = estimate_metrics(rows(LABEL, SCORE), float("nan"), OPTIONS, [metric])
    assert found[metric] == estimate_metrics(rows(LABEL, SCORE), 0.5, OPTIONS)[metric]


def test_the_order_of_the_rows_does_not_matter():
    label, score, patient = random_case(1, 2)
    table = rows(label, score, patient)
    straight, back = (estimate_metrics(t, 0.5, OPTIONS) for t in (table, table[::-1]))
    for metric in Metric:
        assert back[metric].value == pytest.approx(straight[metric].value, abs=1e-12)
        assert back[metric].bounds == pytest.approx(straight[metric].bounds, abs=1e-12)


def test_differences_are_of_the_same_radiographs():
    label, score, patient = random_case(1, 2)
    first, second = rows(label, score, patient), rows(label, score[::-1], patient)
    found = metric_differences(first, second, (0.5, 0.5), OPTIONS)
    ours, theirs = values(label, score), values(label, score[::-1])
    for metric in Metric:
        assert found[metric].value == pytest.approx(ours[metric] - theirs[metric])
    assert found[Metric.AUROC].low > 0
    with pytest.raises(ValueError, match="the same 80 radiographs in the same order, received 79"):
        metric_differences(first, second[1:], (0.5, 0.5), OPTIONS)


def test_a_reading_does_not_differ_from_itself_and_another_threshold_may():
    table = rows(LABEL, SCORE)
    itself = metric_differences(table, table.copy(), (0.5, 0.5), OPTIONS)
    assert set(itself.values()) == {Estimate(0.0, 0.0, 0.0)}
    # No score lies between: all decided alike, which six patients do not prove of others.
    alike = metric_differences(table, table, (0.5, 0.55), OPTIONS)
    assert alike[Metric.ACCURACY].value == 0
    assert alike[Metric.ACCURACY].high == pytest.approx(1 - 0.025 ** (1 / 6))
    assert alike[Metric.F1].bounds is None
    # What reads no threshold is the same by itself, and no estimate.
    for metric in (Metric.AUROC, Metric.AVERAGE_PRECISION, Metric.BRIER, Metric.ECE):
        assert alike[metric] == Estimate(0.0, 0.0, 0.0)
    lacking = metric_differences(rows([1], [0.7]), rows([1], [0.7]), (0.5, 0.5), OPTIONS)
    assert lacking[Metric.SPECIFICITY] == Estimate(None, reason="no radiograph is NORMAL")

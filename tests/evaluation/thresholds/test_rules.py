import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import accuracy_score, f1_score, recall_score

from pneumoscope.errors import InputError
from pneumoscope.evaluation.decisions import confusion
from pneumoscope.evaluation.thresholds.rules import choose_threshold, sweep
from pneumoscope.naming import ThresholdRule
from pneumoscope.options import ThresholdOptions

LABEL = [0, 0, 0, 1, 1, 1]
SCORE = [0.1, 0.4, 0.6, 0.35, 0.8, 0.9]


def _choose(label, score, rule, value=None):
    return choose_threshold(label, score, ThresholdOptions(rule=rule, value=value)).threshold


@pytest.mark.parametrize(
    ("rule", "value", "threshold"),
    [
        (ThresholdRule.FIXED, 0.42, 0.42),
        (ThresholdRule.YOUDEN, None, 0.7),
        (ThresholdRule.MAX_F1, None, 0.7),
        (ThresholdRule.MAX_ACCURACY, None, 0.7),
        (ThresholdRule.MIN_SENSITIVITY, 0.95, 0.225),
        (ThresholdRule.MIN_SENSITIVITY, 2 / 3, 0.7),
    ],
)
def test_six_radiographs_give_the_threshold_computed_by_hand(rule, value, threshold):
    assert _choose(LABEL, SCORE, rule, value) == pytest.approx(threshold)


@pytest.mark.parametrize(
    ("options", "threshold"),
    [
        ({"rule": "min_specificity", "value": 0.3}, 0.225),
        ({"rule": "min_specificity", "value": 1 / 3}, 0.225),
        ({"rule": "min_specificity", "value": 0.6}, 0.7),
        ({"rule": "cost", "fn": 5, "fp": 1, "prevalence": 0.5}, 0.225),
        ({"rule": "cost", "fn": 1, "fp": 1, "prevalence": 0.5}, 0.7),
        ({"rule": "cost", "fn": 1, "fp": 1, "prevalence": 0.9}, 0.225),
        ({"rule": "cost", "fn": 1e9, "fp": 1e9, "prevalence": 0.5}, 0.7),
    ],
)
def test_specificity_and_cost_give_the_threshold_computed_by_hand(options, threshold):
    point = choose_threshold(LABEL, SCORE, ThresholdOptions.model_validate(options))
    assert point.threshold == pytest.approx(threshold)


def test_equal_costs_at_the_observed_prevalence_are_accuracy():
    rng = np.random.default_rng(11)
    label = np.arange(40) < 10
    score = np.clip(rng.normal(0.4 + 0.2 * label, 0.2), 0, 1)
    cost = ThresholdOptions.model_validate({"rule": "cost", "fn": 1, "fp": 1, "prevalence": 0.25})
    chosen = choose_threshold(label, score, cost).threshold
    assert chosen == _choose(label, score, "max_accuracy")


def test_the_reason_states_the_consequences_and_the_margin():
    point = choose_threshold(LABEL, SCORE, ThresholdOptions(rule=ThresholdRule.YOUDEN))
    assert point.rule is ThresholdRule.YOUDEN
    assert point.reason == (
        "largest sensitivity + specificity: sensitivity 0.667, specificity 1.000; "
        "reached from 0.6000 to 0.8000"
    )


def test_the_reason_of_a_cost_names_what_it_weighs():
    cost = ThresholdOptions.model_validate({"rule": "cost", "fn": 5, "fp": 1, "prevalence": 0.2})
    assert choose_threshold(LABEL, SCORE, cost).reason.startswith(
        "lowest cost when a miss costs 5, a false alarm 1 and a share of 0.2 has pneumonia: "
    )


def test_the_sweep_goes_from_all_to_none_predicted_pneumonia():
    table = sweep(LABEL, SCORE)
    assert table["threshold"].tolist() == pytest.approx([0.05, 0.225, 0.375, 0.5, 0.7, 0.85, 0.95])
    assert table["sensitivity"].tolist() == pytest.approx([1, 1, 2 / 3, 2 / 3, 2 / 3, 1 / 3, 0])
    assert table["specificity"].tolist() == pytest.approx([0, 1 / 3, 1 / 3, 2 / 3, 1, 1, 1])
    assert table.loc[4, ["ppv", "npv", "accuracy", "f1"]].tolist() == [1.0, 0.75, 5 / 6, 0.8]
    assert table["ppv"].isna().tolist() == [False] * 6 + [True]
    assert table["npv"].isna().tolist() == [True] + [False] * 6


@pytest.mark.parametrize("decimals", [1, 8])
def test_the_sweep_agrees_with_the_confusion_matrix_at_every_threshold(decimals):
    rng = np.random.default_rng(5)
    label, score = rng.random(60) < 0.5, rng.random(60).round(decimals)
    for row in sweep(label, score).itertuples():
        cells = confusion(label, score, row.threshold)
        assert row.sensitivity == cells.tp / (cells.tp + cells.fn)
        assert row.specificity == cells.tn / (cells.tn + cells.fp)


def test_scores_of_0_and_1_still_allow_all_and_none():
    table = sweep([0, 1, 1], [0.0, 1.0, 1.0])
    assert table["sensitivity"].tolist() == [1, 1, 0]
    assert table["specificity"].tolist() == [0, 1, 1]
    assert table["threshold"].tolist() == [0.0, 0.5, np.nextafter(1.0, 2.0)]


def test_adjacent_floating_point_scores_are_told_apart():
    low = 0.3
    high = float(np.nextafter(low, 1))
    assert confusion([0, 1], [low, high], _choose([0, 1], [low, high], "youden")).tp == 1
    assert confusion([0, 1], [low, high], _choose([0, 1], [low, high], "youden")).fp == 0


@pytest.mark.parametrize("seed", range(4))
def test_no_other_threshold_serves_the_rule_better(seed):
    rng = np.random.default_rng(seed)
    label = rng.random(50) < 0.6
    score = np.clip(rng.normal(0.4 + 0.2 * label, 0.2), 0, 1).round(2)
    objectives = {
        "max_accuracy": accuracy_score,
        "max_f1": f1_score,
        "youden": lambda y, p: recall_score(y, p) + recall_score(y, p, pos_label=0),
    }
    for rule, objective in objectives.items():
        best = max(objective(label, score >= other) for other in [*np.unique(score), 2])
        chosen = objective(label, score >= _choose(label, score, rule))
        assert chosen == pytest.approx(best, abs=1e-12), rule
    kept = [t for t in np.unique(score) if recall_score(label, score >= t) >= 0.9]
    best = max(recall_score(label, score >= t, pos_label=0) for t in kept)
    chosen = score >= _choose(label, score, "min_sensitivity", 0.9)
    assert recall_score(label, chosen) >= 0.9
    assert recall_score(label, chosen, pos_label=0) == best


def test_the_longest_of_two_optimal_gaps_is_taken():
    assert _choose([0, 1, 0, 1], [0.1, 0.3, 0.4, 0.9], "max_accuracy") == pytest.approx(0.65)
    assert _choose([0, 1, 0, 1], [0.1, 0.6, 0.7, 0.9], "max_accuracy") == pytest.approx(0.35)


def test_adjacent_optimal_gaps_are_one_plateau_and_its_middle_is_approached():
    # 0.1 to 0.4 and 0.4 to 0.6 tie and lie together: longer than 0.6 to 1.0 would be alone.
    assert _choose([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.6], "youden") == pytest.approx(0.25)
    assert _choose([0, 0, 1, 1], [0.1, 0.2, 0.2, 0.6], "youden") == pytest.approx(0.4)


def test_sensitivity_is_never_given_up_for_nothing():
    # From 0.2 to 0.8 the specificity is 1 as well, and the gap is longer, but one is missed.
    assert _choose([0, 1, 1, 1], [0.1, 0.2, 0.8, 0.9], "min_sensitivity", 0.6) == pytest.approx(
        0.15
    )


def test_a_bound_met_exactly_counts_as_kept():
    label, score = [0] * 2 + [1] * 20, [0.2, 0.55, 0.5, *np.linspace(0.6, 0.9, 19)]
    chosen = np.asarray(score) >= _choose(label, score, "min_sensitivity", 0.95)
    assert recall_score(label, chosen) == 0.95


@pytest.mark.parametrize("label", [[0, 0], [1, 1]])
def test_an_absent_class_is_refused(label):
    with pytest.raises(ValueError, match="expected both classes to choose a threshold"):
        _choose(label, [0.2, 0.7], "youden")


def drawn(seed: int, patients: int = 150) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give two radiographs of each patient, whose scores resemble each other."""
    rng = np.random.default_rng(seed)
    label = np.repeat(np.arange(patients) % 3 > 0, 2)
    own, each = np.repeat(rng.normal(size=patients), 2), rng.normal(size=2 * patients)
    score = norm.cdf(1.5 * label - 0.75 + (own + each) / np.sqrt(2))
    return label.astype(int), score, np.repeat(np.arange(patients), 2)


def promise_broken(**confidence: float) -> float:
    """Return in which share of 300 validations the true sensitivity is below 0.9."""
    rule = ThresholdOptions.model_validate({"rule": "min_sensitivity", "value": 0.9, **confidence})
    broken = 0
    for seed in range(300):
        label, score, patient = drawn(seed)
        threshold = choose_threshold(label, score, rule, patient).threshold
        broken += norm.sf(norm.ppf(threshold) - 0.75) < 0.9
    return broken / 300


def test_a_bound_with_confidence_is_kept_on_new_radiographs():
    # Without, the value on validation keeps it and the true one every second time.
    assert promise_broken() > 0.4
    # Two standard errors above 0.05.
    assert promise_broken(confidence=0.95) <= 0.075


def test_a_bound_with_confidence_is_not_wasted():
    label, score, patient = drawn(1, patients=3000)
    rule = {"rule": "min_specificity", "value": 0.8, "confidence": 0.95}
    options = ThresholdOptions.model_validate(rule)
    point = choose_threshold(label, score, options, patient)
    specificity = norm.cdf(norm.ppf(point.threshold) + 0.75)
    assert 0.8 <= specificity < 0.85
    assert options.name == "min_specificity 0.8 confidence 0.95"
    assert "at the lower limit, with a confidence of 95%" in point.reason


def test_too_small_a_validation_promises_nothing():
    rule = {"rule": "min_sensitivity", "value": 0.95, "confidence": 0.95}
    options = ThresholdOptions.model_validate(rule)
    # Of 10 patients, all found: 0.05 ** (1 / 10) is the lower limit.
    with pytest.raises(InputError, match=r"10 patients .* would still be 0.741"):
        choose_threshold([0] * 10 + [1] * 10, np.linspace(0, 1, 20), options)


def test_confidence_belongs_to_a_bound():
    with pytest.raises(ValueError, match="min_sensitivity and min_specificity alone"):
        ThresholdOptions.model_validate({"rule": "youden", "confidence": 0.95})

import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.elsewhere import measure_elsewhere
from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.evaluation.thresholds.operating_points import lock_threshold
from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions

SENSITIVITY, SPECIFICITY, AUROC = Metric.SENSITIVITY, Metric.SPECIFICITY, Metric.AUROC


def options(**rule) -> EvaluationOptions:
    return EvaluationOptions.model_validate({"threshold": rule})


FIXED = options(rule="fixed", value=0.5)
N = 400


def scored(harder: float, seed: int = 0) -> pd.DataFrame:
    """Give two films a patient, every fourth patient hard: its scores lie nearer together."""
    rng = np.random.default_rng(seed)
    place = np.arange(N)
    ill, hard = place // 2 % 2 == 1, place // 4 % 4 == 0
    logit = rng.normal(np.where(ill, 2.0, -2.0) * np.where(hard, 1 - harder, 1.0), 1.0)
    return pd.DataFrame(
        {
            "patient_id": [f"p{one // 2:03d}" for one in place], "split": "validation",
            "label": np.where(ill, "PNEUMONIA", "NORMAL"), "score": 1 / (1 + np.exp(-logit)),
            "hard": hard,
        }
    )  # fmt: skip


def measured(rows: pd.DataFrame, given: EvaluationOptions):
    return measure_elsewhere(rows, lock_threshold(rows, given.threshold), given)


def test_hard_films_are_measured_as_any_others_at_a_fixed_threshold():
    rows = scored(harder=0.6)
    found = measured(rows, FIXED)
    hard = rows[rows["hard"]]
    assert (found.radiographs, found.patients) == (len(hard), len(hard) / 2)
    alone = estimate_metrics(hard, 0.5, FIXED)
    everything = estimate_metrics(rows, 0.5, FIXED)
    for metric in (SENSITIVITY, SPECIFICITY, AUROC):
        expected = found.expected[metric]
        # Sums of another length are added in another order: the last digit is the processor's.
        assert [expected.value, expected.low, expected.high] == pytest.approx(
            [alone[metric].value, alone[metric].low, alone[metric].high], rel=1e-12
        )
        drop = everything[metric].value - alone[metric].value
        assert found.drops[metric].value == pytest.approx(drop)
        assert found.drops[metric].low < drop < found.drops[metric].high


def test_a_drop_is_shown_where_hard_films_are_harder_and_only_there():
    drop = measured(scored(harder=0.8), FIXED).drops
    assert drop[SPECIFICITY].low > 0
    assert drop[AUROC].low > 0
    none = measured(scored(harder=0.0), FIXED).drops
    assert none[SPECIFICITY].low < 0 < none[SPECIFICITY].high
    assert none[AUROC].low < 0 < none[AUROC].high


def test_a_threshold_that_was_read_off_the_films_is_not_measured_on_them():
    # Scores tell nothing: a threshold fits what it is read off, and nothing else.
    rule = options(rule="youden", part="hard")
    within, apart = [], []
    for seed in range(20):
        rows = scored(harder=1.0, seed=seed)
        threshold = lock_threshold(rows, rule.threshold).threshold
        hard = estimate_metrics(rows[rows["hard"]], threshold, rule)
        found = measured(rows, rule).expected
        for into, one in ((within, hard), (apart, found)):
            into.append(one[SENSITIVITY].value + one[SPECIFICITY].value)
    assert np.mean(within) > 1.1
    assert np.mean(apart) == pytest.approx(1.0, abs=0.05)


def test_films_that_are_not_hard_are_decided_as_hard_ones_are():
    # Where all are hard there is no drop, though a threshold fits what it is read off.
    rule = options(rule="youden")
    rows = scored(harder=1.0).assign(hard=True)
    at_locked = estimate_metrics(rows, lock_threshold(rows, rule.threshold).threshold, rule)
    found = measured(rows, rule)
    assert at_locked[SENSITIVITY].value != found.expected[SENSITIVITY].value
    for drop in found.drops.values():
        assert drop.value == 0
        assert drop.low < 0 < drop.high


def test_test_moves_nothing():
    rows = scored(harder=0.6)
    tested = rows.assign(split="test", score=0.5, hard=True)
    with_test = pd.concat([rows, tested], ignore_index=True)
    rule = options(rule="youden", part="hard")
    assert measured(with_test, rule) == measured(rows, rule)


def test_without_hard_films_there_is_nothing_to_expect():
    found = measured(scored(harder=0.6).assign(hard=False), FIXED)
    assert found.reason == "validation has too few hard films"
    assert (found.radiographs, found.expected, found.drops) == (0, {}, {})

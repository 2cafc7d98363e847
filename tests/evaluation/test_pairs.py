from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.metrics import metric_differences
from pneumoscope.evaluation.pair import Pair, pairs_as_table, pairs_of_table
from pneumoscope.evaluation.pairs import COMPARED, compare_pairs
from pneumoscope.evaluation.verdict import Verdict
from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
LABELS = [0, 0, 0, 0, 1, 1, 1, 1]
GOOD = [0.1, 0.2, 0.3, 0.6, 0.4, 0.7, 0.8, 0.9]
POOR = [0.6, 0.2, 0.7, 0.8, 0.3, 0.4, 0.7, 0.9]


def rows(scores, labels=LABELS, patients=None) -> pd.DataFrame:
    numbers = range(len(labels))
    return pd.DataFrame(
        {
            "radiograph_id": [f"radiograph {n:04}" for n in numbers],
            "patient_id": list(numbers if patients is None else patients),
            "label": ["PNEUMONIA" if label else "NORMAL" for label in labels],
            "score": scores,
        }
    )


def compare(options=OPTIONS, **scores: pd.DataFrame) -> dict[tuple[str, str, str], Pair]:
    found = compare_pairs(scores, dict.fromkeys(scores, 0.5), options)
    return {(pair.architecture_a, pair.architecture_b, pair.metric.value): pair for pair in found}


def many(seed: int, lift: float, count: int = 400) -> pd.DataFrame:
    """Scores of radiographs of which every two are of one patient."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) // 2 % 2
    scores = np.clip(0.5 + lift * (labels - 0.5) + rng.normal(0, 0.15, count), 0, 1)
    return rows(scores, labels, np.arange(count) // 2)


def test_a_pair_is_counted_by_hand():
    pair = compare(good=rows(GOOD), poor=rows(POOR))["good", "poor", "accuracy"]
    # good errs on the NORMAL at 0.6 and the PNEUMONIA at 0.4; poor on these and on three more.
    assert (pair.a, pair.b, pair.difference) == (0.75, 0.375, 0.375)
    assert pair.p == pair.p_independent == pytest.approx(0.25)
    assert pair.low < 0 < pair.difference < pair.high
    assert pair.verdict is Verdict.OPEN


def test_the_difference_is_that_of_the_metrics_paired_by_patient():
    found = compare(good=rows(GOOD), poor=rows(POOR))
    expected = metric_differences(rows(GOOD), rows(POOR), (0.5, 0.5), OPTIONS)
    for metric in COMPARED:
        assert found["good", "poor", metric].estimate.bounds == expected[metric].bounds


def test_sensitivity_and_specificity_are_tested_on_their_own_class():
    found = compare(good=rows(GOOD), poor=rows(POOR))
    # Two NORMAL and one PNEUMONIA are right in good alone.
    assert found["good", "poor", "specificity"].p == pytest.approx(0.5)
    assert found["good", "poor", "sensitivity"].p == pytest.approx(1.0)


def test_radiographs_of_one_patient_are_one_in_the_test_and_many_in_the_one_beside():
    four = [0, 0, 1, 1, 2, 2, 3, 3]
    pair = compare(good=rows(GOOD, patients=four), poor=rows(POOR, patients=four))
    accuracy = pair["good", "poor", "accuracy"]
    # Three patients are read differently, one radiograph each: 2 of 8 signs; apart the same.
    assert (accuracy.p, accuracy.p_independent) == (pytest.approx(0.25), pytest.approx(0.25))
    auroc = pair["good", "poor", "auroc"]
    assert auroc.p != pytest.approx(auroc.p_independent)


def test_each_metric_is_corrected_over_all_pairs():
    found = compare(good=rows(GOOD), poor=rows(POOR), middle=rows([0.5, *POOR[1:3], *GOOD[3:]]))
    family = [pair for (*_, metric), pair in found.items() if metric == "auroc"]
    assert len(family) == 3
    smallest = min(family, key=lambda pair: pair.p)
    assert smallest.p_holm == pytest.approx(min(1, 3 * smallest.p))
    assert all(pair.p_holm >= pair.p for pair in family)


def test_what_a_difference_shows_has_three_outcomes():
    found = compare(sharp=many(1, 0.6), dull=many(2, 0.2), twin=many(1, 0.6), other=many(3, 0.6))
    assert found["sharp", "dull", "auroc"].verdict is Verdict.SHOWN
    assert found["sharp", "dull", "accuracy"].verdict is Verdict.SHOWN
    # Two hundred patients read alike leave no room for a difference of 0.05.
    assert found["sharp", "twin", "accuracy"].verdict is Verdict.SMALL
    assert found["sharp", "twin", "accuracy"].high == pytest.approx(1 - 0.025 ** (1 / 200))
    assert found["sharp", "other", "auroc"].verdict is Verdict.SMALL
    few = compare(good=rows(GOOD), poor=rows(POOR))
    assert {pair.verdict for pair in few.values()} == {Verdict.OPEN}


def test_one_difference_of_many_pairs_has_to_be_larger():
    scores = {"sharp": many(1, 0.42, 120), "dull": many(2, 0.30, 120)}
    alone = compare(**scores)["sharp", "dull", "auroc"]
    crowd = {f"like dull {n}": many(n, 0.30, 120) for n in range(3, 9)}
    among = compare(**scores, **crowd)["sharp", "dull", "auroc"]
    assert (among.low, among.p) == (alone.low, alone.p)
    assert alone.verdict is Verdict.SHOWN
    assert among.verdict is Verdict.OPEN


def test_another_primary_endpoint_comes_first_and_is_tested_too():
    options = OPTIONS.model_copy(update={"primary_endpoint": Metric.F1})
    found = compare(options, good=rows(GOOD), poor=rows(POOR))
    assert [key[2] for key in found] == ["f1", *COMPARED]
    f1 = found["good", "poor", "f1"]
    assert 0 < f1.p < 1
    assert f1.p_independent is None


def test_the_order_of_the_rows_does_not_matter():
    shuffled = compare(good=rows(GOOD), poor=rows(POOR)[::-1])
    assert shuffled == compare(good=rows(GOOD), poor=rows(POOR))


def test_different_radiographs_are_refused():
    with pytest.raises(ValueError, match="good and poor to have scored the same radiographs"):
        compare(good=rows(GOOD), poor=rows(POOR)[:-1])


def test_what_is_missing_has_a_reason():
    same = compare(one=rows(GOOD), two=rows([score / 2 for score in GOOD]))["one", "two", "auroc"]
    assert (same.difference, same.p) == (0.0, None)
    assert same.high == pytest.approx(1 - 0.025 ** (1 / 4))
    assert "cannot be tested" in same.reason
    lone = compare(one=rows([0.1, 0.9], [1, 1]), two=rows([0.3, 0.2], [1, 1]))
    assert lone["one", "two", "auroc"].reason == "no radiograph is NORMAL"
    assert lone["one", "two", "auroc"].difference is None


def test_a_single_architecture_gives_an_empty_table_with_its_header():
    table = pairs_as_table(compare_pairs({"one": rows(GOOD)}, {"one": 0.5}, OPTIONS))
    assert table.columns[:3].tolist() == ["architecture_a", "architecture_b", "metric"]
    assert pairs_of_table(table) == []


def test_a_table_gives_its_pairs_back(tmp_path):
    pairs = [*compare(good=rows(GOOD), poor=rows(POOR), twin=rows(GOOD)).values()]
    pairs_as_table(pairs).to_csv(tmp_path / "pairs.csv", index=False)
    read = pairs_of_table(pd.read_csv(tmp_path / "pairs.csv"))
    assert [pair.verdict for pair in read] == [pair.verdict for pair in pairs]
    assert read[0].estimate.bounds == pytest.approx(pairs[0].estimate.bounds)
    assert [pair.reason for pair in read] == [pair.reason for pair in pairs]


def test_a_pair_is_turned_round():
    pair = Pair("a", "b", Metric.AUROC, 0.9, 0.8, 0.1, 0.02, 0.15, 0.01, 0.005)
    turned = pair.seen_from("b")
    assert (turned.architecture_a, turned.a, turned.b) == ("b", 0.8, 0.9)
    assert turned.estimate == Estimate(-0.1, -0.15, -0.02)
    assert pair.seen_from("a") is pair
    assert turned.seen_from("a") == pair
    none = replace(pair, difference=None, low=None, high=None, reason="none").seen_from("b")
    assert none.estimate == Estimate(None, reason="none")

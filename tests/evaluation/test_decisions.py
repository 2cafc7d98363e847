import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from pneumoscope.evaluation.decisions import (
    confusion,
    confusion_of,
    count_decisions,
    measure_ratios,
    ratios,
)
from pneumoscope.evaluation.records import Confusion
from pneumoscope.evaluation.sample import Sample

SAMPLE = Sample.of([0, 0, 1, 1, 1, 0], [0.1, 0.5, 0.4, 0.7, 0.2, 0.9], list("aabbcd"))


def test_radiographs_are_counted_by_patient_below_within_and_above_a_zone():
    # 0.4 is the first score of the zone, and a score at a threshold is PNEUMONIA.
    assert count_decisions(SAMPLE, (0.4, 0.6)).tolist() == [
        [1, 0, 0, 0, 1], [0, 0, 0, 1, 1], [0, 0, 1, 0, 0], [0, 1, 0, 0, 0],
    ]  # fmt: skip
    assert count_decisions(SAMPLE, (0.5, 0.5)).sum(axis=0).tolist() == [1, 2, 2, 1, 0]


def test_a_score_at_the_threshold_is_pneumonia():
    assert confusion([0, 1], [0.3, 0.5], 0.5) == Confusion(tn=1, fp=0, fn=0, tp=1)
    assert confusion([], [], 0.5) == Confusion(0, 0, 0, 0)
    assert confusion_of(count_decisions(SAMPLE, (0.5, 0.5))) == Confusion(1, 2, 2, 1)


@pytest.mark.parametrize("seed", range(3))
def test_classes_and_macro_agree_with_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    label, predicted = rng.random(50) < 0.6, rng.random(50) < 0.5
    found = ratios(np.bincount(2 * label + predicted, minlength=5).astype(float))
    normal, pneumonia = (
        np.ravel(precision_recall_fscore_support(label, predicted, labels=[positive])[:3])
        for positive in (0, 1)
    )
    macro = precision_recall_fscore_support(label, predicted, average="macro")[:3]
    for names, expected in (
        (("npv", "specificity", "f1_normal"), normal),
        (("ppv", "sensitivity", "f1"), pneumonia),
        (("macro_precision", "macro_recall", "macro_f1"), macro),
    ):
        assert [found[name] for name in names] == pytest.approx(list(expected))


def test_ratios_are_of_the_decided_and_the_deferred_share_of_all():
    found = ratios(np.array([[6.0, 2.0, 1.0, 3.0, 4.0]]))
    expected = {
        "sensitivity": 3 / 4, "specificity": 6 / 8, "ppv": 3 / 5, "npv": 6 / 7,
        "accuracy": 9 / 12, "f1": 6 / 9, "f1_normal": 12 / 15, "deferred": 4 / 16,
    }  # fmt: skip
    assert {name: found[name][0] for name in expected} == pytest.approx(expected)


def test_with_and_without_intervals_the_ratios_are_the_same():
    counts = count_decisions(SAMPLE, (0.4, 0.6))
    plain, measured = ratios(counts.sum(axis=0)), measure_ratios(counts, 0.95)
    assert list(plain) == list(measured)
    assert {name: found.estimate.value for name, found in measured.items()} == {
        name: None if np.isnan(value) else pytest.approx(float(value))
        for name, value in plain.items()
    }

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import precision_recall_fscore_support

from pneumoscope.evaluation.decisions import (
    class_quantities,
    consequence_quantities,
    count_decisions,
    macro_quantities,
)
from pneumoscope.naming import Label


def rows(labels: str, scores: list[float], patients: str) -> pd.DataFrame:
    label = ["PNEUMONIA" if letter == "P" else "NORMAL" for letter in labels]
    return pd.DataFrame({"patient_id": list(patients), "label": label, "score": scores})


ROWS = rows("NNPPPN", [0.1, 0.5, 0.4, 0.7, 0.2, 0.9], "aabbcd")


def test_radiographs_are_counted_below_within_and_above_a_zone():
    (actual, _), (at_threshold, _) = count_decisions(
        ROWS, {"zone": (0.4, 0.6), "half": (0.5, 0.5)}, 0, 1
    ).values()
    # 0.4 is the first score of the zone, and a score at a threshold is PNEUMONIA.
    assert actual[:, 0].tolist() == [1, 1, 1, 1, 2]
    assert at_threshold[:, 0].tolist() == [1, 2, 2, 1, 0]


def test_resamples_draw_whole_patients_and_as_many_as_there_are():
    _, resampled = count_decisions(ROWS, {"zone": (0.4, 0.6)}, 200, 1)["zone"]
    assert resampled.shape == (5, 200)
    assert set(resampled.sum(axis=0)) <= {4, 5, 6, 7, 8}
    # Patient a brings one right NORMAL and one deferred, b one deferred and one found.
    assert (resampled[0] + resampled[3] == resampled[4]).all()


def test_one_patient_cannot_be_resampled():
    _, resampled = count_decisions(rows("NP", [0.1, 0.9], "aa"), {"half": (0.5, 0.5)}, 50, 1)[
        "half"
    ]
    assert resampled.shape == (5, 0)


@pytest.mark.parametrize("seed", range(3))
def test_classes_and_macro_agree_with_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    label, predicted = rng.random(50) < 0.6, rng.random(50) < 0.5
    counts = np.bincount(2 * label + predicted, minlength=5)[:, None].astype(float)
    classes = class_quantities(counts)
    names = ("precision", "recall", "f1")
    for positive, name in enumerate(Label):
        expected = precision_recall_fscore_support(label, predicted, labels=[positive])[:3]
        assert [classes[name][key][0] for key in names] == pytest.approx(np.ravel(expected))
    macro = precision_recall_fscore_support(label, predicted, average="macro")[:3]
    found = macro_quantities(classes)
    assert [found[key][0] for key in names] == pytest.approx(macro)


def test_consequences_are_of_the_decided_and_the_deferred_share_of_all():
    found = consequence_quantities(np.array([[6.0], [2.0], [1.0], [3.0], [4.0]]))
    expected = {
        "sensitivity": 3 / 4, "specificity": 6 / 8, "ppv": 3 / 5, "npv": 6 / 7,
        "accuracy": 9 / 12, "f1": 6 / 9, "deferred": 4 / 16,
    }  # fmt: skip
    assert {name: values[0] for name, values in found.items()} == pytest.approx(expected)

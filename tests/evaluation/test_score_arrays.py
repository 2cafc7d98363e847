import numpy as np
import pytest

from pneumoscope.evaluation.score_arrays import (
    checked_labels,
    checked_scores,
    ratio,
    require_both_classes,
)


@pytest.mark.parametrize("label", [["NORMAL", "PNEUMONIA"], [0, 2], [0.0, np.nan], [[0, 1]]])
def test_labels_other_than_0_and_1_are_refused(label):
    with pytest.raises(ValueError, match=r"compare the label column with Label\.PNEUMONIA"):
        checked_labels(label)


@pytest.mark.parametrize("score", [[0.5, np.nan], [0.5, 1.01], [-0.2, 0.5]])
def test_scores_outside_the_unit_interval_are_refused(score):
    with pytest.raises(ValueError, match="expected scores in \\[0, 1\\], received"):
        checked_scores(score, 2)


def test_scores_of_another_length_are_refused():
    with pytest.raises(ValueError, match="each of the 3 labels, received shape \\(2,\\)"):
        checked_scores([0.1, 0.2], 3)


def test_single_precision_scores_become_double_without_change():
    scores = checked_scores(np.array([0.1], dtype=np.float32), 1)
    assert scores.dtype == np.float64
    assert scores[0] == np.float32(0.1)


def test_a_single_class_is_refused_with_its_counts():
    with pytest.raises(ValueError, match=r"classes to draw, received 2 PNEUMONIA and 0 NORMAL"):
        require_both_classes(np.array([True, True]), "draw")


def test_a_ratio_over_zero_is_undefined():
    assert ratio([1, 1], [2, 0]).tolist() == pytest.approx([0.5, np.nan], nan_ok=True)

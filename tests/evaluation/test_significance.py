import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from pneumoscope.evaluation.significance import delong, holm, mcnemar


def _delong_by_pairs(label, score_a, score_b):
    """The definition of DeLong 1988: compare every PNEUMONIA with every NORMAL."""
    wins = []
    for score in (score_a, score_b):
        difference = score[label][:, None] - score[~label][None, :]
        wins.append((difference > 0) + 0.5 * (difference == 0))
    by_positive = np.cov([pairs.mean(axis=1) for pairs in wins])
    by_negative = np.cov([pairs.mean(axis=0) for pairs in wins])
    covariance = by_positive / label.sum() + by_negative / (~label).sum()
    contrast = np.array([1, -1])
    z = (wins[0].mean() - wins[1].mean()) / np.sqrt(contrast @ covariance @ contrast)
    return z, 2 * norm.sf(abs(z))


def test_delong_computed_by_hand():
    result = delong([1, 1, 0, 0], [0.9, 0.4, 0.5, 0.1], [0.9, 0.8, 0.1, 0.2])
    assert (result.auc_a, result.auc_b) == (0.75, 1.0)
    assert result.z == pytest.approx(-0.25 / np.sqrt(0.125))
    assert result.p == pytest.approx(0.4795001, abs=1e-7)


@pytest.mark.parametrize("decimals", [1, 8])
def test_delong_agrees_with_its_definition(decimals):
    rng = np.random.default_rng(2)
    label = rng.random(90) < 0.6
    score_a = np.clip(rng.normal(0.4 + 0.2 * label, 0.2), 0, 1).round(decimals)
    score_b = np.clip(rng.normal(0.4 + 0.1 * label, 0.2), 0, 1).round(decimals)
    auc_a, auc_b, z, p = delong(label, score_a, score_b)
    assert auc_a == pytest.approx(roc_auc_score(label, score_a), abs=1e-12)
    assert auc_b == pytest.approx(roc_auc_score(label, score_b), abs=1e-12)
    assert (z, p) == pytest.approx(_delong_by_pairs(label, score_a, score_b), abs=1e-12)


def test_exchanging_the_architectures_turns_the_sign():
    label, score_a, score_b = [1, 1, 0, 0], [0.9, 0.4, 0.5, 0.1], [0.9, 0.8, 0.1, 0.2]
    there, back = delong(label, score_a, score_b), delong(label, score_b, score_a)
    assert (there.z, there.p) == (-back.z, back.p)


def test_equal_rankings_have_no_p_value():
    score = np.array([0.9, 0.4, 0.5, 0.1])
    assert delong([1, 1, 0, 0], score, score**2) == (0.75, 0.75, None, None)


def test_delong_refuses_a_single_radiograph_of_a_class():
    with pytest.raises(ValueError, match="received 2 PNEUMONIA and 1 NORMAL"):
        delong([1, 1, 0], [0.9, 0.4, 0.5], [0.9, 0.8, 0.1])


def test_mcnemar_computed_by_hand():
    # One radiograph only a gets right, five only b: 2 * (1 + 6) / 64.
    label = [1, 1, 1, 0, 0, 0, 1]
    prediction_a = [1, 0, 0, 1, 1, 1, 1]
    prediction_b = [0, 1, 1, 0, 0, 0, 1]
    assert mcnemar(label, prediction_a, prediction_b) == pytest.approx(14 / 64)
    assert mcnemar(label, prediction_b, prediction_a) == pytest.approx(14 / 64)


def test_equal_predictions_do_not_differ():
    assert mcnemar([0, 1], [1, 1], [1, 1]) == 1.0


def test_predictions_of_another_length_are_refused():
    with pytest.raises(ValueError, match="each of the 2 labels, received 1"):
        mcnemar([0, 1], [1], [1, 1])


def test_holm_computed_by_hand():
    adjusted = holm([0.01, 0.04, 0.03, 0.005])
    assert adjusted == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]


def test_a_comparison_without_a_p_value_is_not_counted():
    assert holm([None, 0.01, 0.04]) == [None, 0.02, 0.04]
    assert holm([]) == []


def test_an_impossible_p_value_is_refused():
    with pytest.raises(ValueError, match="expected p values in \\[0, 1\\]"):
        holm([0.2, 1.2])

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from pneumoscope.acquisition.hard import hard_films

N = 400
PATIENT = np.array([f"p{n // 2}" for n in range(N)])
LABEL = np.arange(N) // 2 % 4 != 0  # three in four are PNEUMONIA


def score_with(apart: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=N) + apart * LABEL


def test_hard_films_are_those_that_the_periphery_is_mistaken_about():
    # By hand: 20 of each class on the wrong side, 30 on the right one.
    label = np.repeat([False, True], 50)
    score = np.concatenate([np.full(20, 0.9), np.full(30, 0.1), np.full(20, 0.2), np.full(30, 0.8)])
    found = hard_films(label, np.arange(100).astype(str), score, most_auroc=0.0)
    assert found.members.tolist() == [True] * 20 + [False] * 30 + [True] * 20 + [False] * 30
    assert (found.share, found.auroc, found.reason) == (0.4, 0.0, None)


@pytest.mark.parametrize("most", [0.5, 0.25])
def test_the_largest_equal_share_is_taken_in_which_the_periphery_tells_no_more(most):
    score = score_with(1.5)
    found = hard_films(LABEL, PATIENT, score, most)
    members = found.members
    assert found.auroc == pytest.approx(roc_auc_score(LABEL[members], score[members]))
    assert most - 0.05 < found.auroc <= most
    for of_class in (LABEL, ~LABEL):
        assert members[of_class].mean() == pytest.approx(found.share, abs=0.01)
    # One hundredth more, and the periphery tells the class again.
    more = found.share + 0.01
    wider = np.zeros(N, dtype=bool)
    for of_class, contrary in ((LABEL, score), (~LABEL, -score)):
        wider |= of_class & (contrary <= np.quantile(contrary[of_class], more))
    assert roc_auc_score(LABEL[wider], score[wider]) > most


def test_where_the_periphery_tells_nothing_all_films_are_taken():
    found = hard_films(LABEL, PATIENT, np.full(N, 0.7), most_auroc=0.5)
    assert found.members.all()
    assert (found.share, found.auroc) == (1.0, 0.5)


def test_the_order_of_the_films_does_not_matter():
    score = score_with(1.5).round(1)  # with ties
    order = np.random.default_rng(1).permutation(N)
    straight = hard_films(LABEL, PATIENT, score, 0.5).members
    shuffled = hard_films(LABEL[order], PATIENT[order], score[order], 0.5).members
    np.testing.assert_array_equal(straight[order], shuffled)


@pytest.mark.parametrize(
    "label, score, reason",
    [
        (LABEL, np.full(N, np.nan), "train has too few films to learn what the periphery tells"),
        (np.ones(N, dtype=bool), score_with(0), "there are films of one class only"),
        (LABEL, LABEL + 0.0, "the periphery is never mistaken"),
        # 100 films of NORMAL: fewer than a fifth of them are hard.
        (LABEL, score_with(2.5), "at least 20 films of 10 patients are needed, NORMAL has "),
    ],
)
def test_too_few_hard_films_are_told_so(label, score, reason):
    found = hard_films(label, PATIENT, score, most_auroc=0.1)
    assert reason in found.reason
    assert not found.members.any()
    assert (found.share, found.auroc) == (None, None)

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import Measured
from pneumoscope.evaluation.proportions import proportion
from pneumoscope.evaluation.ranking import auroc_spread
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.significance import auroc_p, holm, influence_p, mcnemar_p

LABEL = [0, 0, 0, 0, 1, 1, 1, 1]
GOOD = [0.1, 0.2, 0.3, 0.6, 0.4, 0.7, 0.8, 0.9]
POOR = [0.6, 0.2, 0.7, 0.8, 0.3, 0.4, 0.7, 0.9]


def spreads(patient, *scores):
    return [auroc_spread(Sample.of(LABEL, score, patient)) for score in scores]


def delong_by_its_definition(label, score_a, score_b):
    """DeLong, DeLong and Clarke-Pearson 1988: structural components, pair by pair."""
    label = np.asarray(label, dtype=bool)
    components = []
    for score in (np.asarray(score_a), np.asarray(score_b)):
        wins = score[label][:, None] - score[~label][None]
        wins = (wins > 0) + 0.5 * (wins == 0)
        components.append((wins.mean(axis=1), wins.mean(axis=0)))
    v10, v01 = (np.cov([pair[side] for pair in components]) for side in (0, 1))
    s = v10 / label.sum() + v01 / (~label).sum()
    gap = components[0][0].mean() - components[1][0].mean()
    return gap / np.sqrt(s[0, 0] + s[1, 1] - 2 * s[0, 1])


def test_an_auroc_test_computed_by_hand():
    found = [
        auroc_spread(Sample.of([1, 1, 0, 0], score, range(4)))
        for score in ([0.9, 0.4, 0.5, 0.1], [0.9, 0.8, 0.1, 0.2])
    ]
    assert [area for area, _ in found] == [0.75, 1.0]
    # z = -0.25 / sqrt(0.125)
    assert auroc_p(*found) == pytest.approx(0.4795001, abs=1e-7)


def test_with_one_radiograph_a_patient_aurocs_are_tested_as_delong_does():
    z = delong_by_its_definition(LABEL, GOOD, POOR)
    assert auroc_p(*spreads(range(8), GOOD, POOR)) == pytest.approx(2 * norm.sf(abs(z)))


def test_radiographs_of_one_patient_prove_less():
    apart, together = (auroc_p(*spreads(p, GOOD, POOR)) for p in (range(8), [0, 0, 1, 1] * 2))
    assert together != pytest.approx(apart)
    # Every radiograph twice, of the same patient: nothing is learnt.
    twice = [
        auroc_spread(Sample.of(LABEL * 2, score * 2, [*range(8)] * 2)) for score in (GOOD, POOR)
    ]
    assert auroc_p(*twice) == pytest.approx(apart)


def test_rankings_that_are_alike_cannot_be_tested():
    assert auroc_p(*spreads(range(8), GOOD, [score / 2 for score in GOOD])) is None
    alone = [auroc_spread(Sample.of([0, 1], score, [0, 1])) for score in ([0.1, 0.9], [0.9, 0.1])]
    assert auroc_p(*alone) is None


@pytest.mark.parametrize(("first", "second"), [(3, 0), (7, 2), (30, 14), (400, 350), (5, 5)])
def test_with_one_radiograph_a_patient_predictions_are_tested_as_mcnemar_does(first, second):
    difference = np.repeat([1.0, -1.0, 0.0], [first, second, 9])
    expected = binomtest(first, first + second).pvalue
    assert mcnemar_p(difference) == pytest.approx(expected, abs=1e-12)


def test_patients_of_several_radiographs_are_exchanged_whole():
    # Differences 3, 2 and 1 sum to 6: of eight signs only all alike reach as far.
    assert mcnemar_p(np.array([3.0, 2, 1, 0])) == pytest.approx(2 / 8)
    # 3 - 1 = 2: sums are ±6, ±4, ±2, ±2 (3 with 2 against 1, and so on), 0 twice.
    sums = [abs(a * 3 + b * 2 + c) for a in (1, -1) for b in (1, -1) for c in (1, -1)]
    assert mcnemar_p(np.array([3.0, -2, 1])) == pytest.approx(np.mean([s >= 2 for s in sums]))
    # McNemar's own test takes the nine films of three patients as nine coins.
    assert mcnemar_p(np.ones(9)) < mcnemar_p(np.full(3, 3.0))


def test_predictions_that_are_alike_differ_by_nothing():
    assert mcnemar_p(np.zeros(5)) == 1.0


def test_many_discordant_patients_are_tested_as_the_normal_distribution_does():
    difference = np.repeat([1.0, -1.0, 2.0, -2.0, 3.0], [6000, 5800, 1000, 900, 3])
    z = difference.sum() / np.sqrt(np.square(difference).sum())
    assert mcnemar_p(difference) == pytest.approx(2 * norm.sf(z), rel=0.05)


def test_any_metric_is_tested_by_what_patients_move_it_by():
    first, second = (
        proportion(np.array(counted, dtype=float), np.ones(8), 0.95, "none")
        for counted in ([1, 1, 1, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 1, 0, 1])
    )
    # Differences 0 0 0 1 1 0 1 -1: mean 1/4, standard deviation sqrt(0.5), z = 1.
    assert influence_p(first, second) == pytest.approx(0.3173, abs=1e-4)
    assert influence_p(first, first) is None
    none = Measured(Estimate(None, reason="none"), np.zeros(8))
    assert influence_p(first, none) is None


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

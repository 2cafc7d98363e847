import numpy as np
import pytest
from scipy.stats import beta, t
from sklearn.metrics import average_precision_score, roc_auc_score

from pneumoscope.evaluation.ranking import auroc, auroc_spread, average_precision
from pneumoscope.evaluation.sample import Sample


def drawn(seed=0, radiographs=120, patients=40, decimals=2, mixed=False) -> Sample:
    rng = np.random.default_rng(seed)
    patient = rng.permutation(np.arange(radiographs) % patients)
    label = (patient % 3 > 0) ^ (mixed & (rng.random(radiographs) < 0.3))
    score = np.clip(rng.normal(0.35 + 0.3 * label, 0.25), 0, 1).round(decimals)
    return Sample.of(label, score, patient)


def obuchowski_by_its_formulas(sample: Sample) -> float:
    """The variance as printed in Obuchowski 1997, pair by pair and cluster by cluster."""
    ill, well = np.flatnonzero(sample.label), np.flatnonzero(~sample.label)
    x, y = sample.score[ill][:, None], sample.score[well][None]
    wins = (x > y) + 0.5 * (x == y)
    area, m, n = wins.mean(), len(ill), len(well)
    i10 = i01 = 0
    s10 = s01 = s11 = 0.0
    for patient in range(sample.patients):
        mine, theirs = sample.patient[ill] == patient, sample.patient[well] == patient
        v10 = (wins[mine].mean(axis=1) - area).sum()
        v01 = (wins[:, theirs].mean(axis=0) - area).sum()
        i10, i01 = i10 + mine.any(), i01 + theirs.any()
        s10, s01, s11 = s10 + v10**2, s01 + v01**2, s11 + v10 * v01
    every = sample.patients
    s10, s01, s11 = (
        s10 * i10 / ((i10 - 1) * m), s01 * i01 / ((i01 - 1) * n), s11 * every / (every - 1)
    )  # fmt: skip
    return s10 / m + s01 / n + 2 * s11 / (m * n)


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("decimals", [1, 6])
def test_value_and_variance_are_those_of_the_paper(decimals, mixed):
    sample = drawn(decimals=decimals, mixed=mixed)
    value, spread = auroc_spread(sample)
    assert value == pytest.approx(roc_auc_score(sample.label, sample.score), abs=1e-12)
    assert spread.variance == pytest.approx(obuchowski_by_its_formulas(sample), rel=1e-9)


def test_repeating_every_radiograph_of_a_patient_adds_no_certainty():
    once = drawn()
    thrice = Sample.of(*(np.tile(a, 3) for a in (once.label, once.score, once.patient)))
    for measure in (auroc, average_precision):
        found, expected = measure(thrice, 0.95).estimate, measure(once, 0.95).estimate
        assert found.bounds == pytest.approx(expected.bounds, abs=1e-9)


def test_the_interval_is_symmetric_on_the_logits_with_students_t():
    sample = drawn()
    value, spread = auroc_spread(sample)
    low, high = auroc(sample, 0.95).estimate.bounds
    logits = np.log(np.array([low, value, high]) / (1 - np.array([low, value, high])))
    assert logits[1] - logits[0] == pytest.approx(logits[2] - logits[1])
    reach = t.ppf(0.975, spread.degrees_of_freedom) * np.sqrt(spread.variance)
    assert logits[2] - logits[1] == pytest.approx(reach / (value * (1 - value)))


def test_few_patients_who_carry_the_variance_leave_few_degrees_of_freedom():
    label, score = np.repeat([0, 1], 50), np.r_[np.linspace(0, 0.4, 50), np.linspace(0.5, 1, 50)]
    one_astray = np.r_[0.9, score[1:]]
    spread = auroc_spread(Sample.of(label, one_astray, np.arange(100)))[1]
    assert 1 <= spread.degrees_of_freedom < 3
    even = auroc_spread(drawn(1, 400, 400, 6))[1]
    assert even.degrees_of_freedom > 50


@pytest.mark.parametrize(
    ("score", "value"), [([0.1, 0.2, 0.8, 0.9] * 9, 1.0), ([0.8, 0.9, 0.1, 0.2] * 9, 0.0)]
)
def test_without_a_misranked_pair_the_bound_is_that_of_pairs_apart(score, value):
    found = auroc(Sample.of([0, 0, 1, 1] * 9, score, np.arange(36)), 0.95).estimate
    bound = 0.025 ** (1 / 18)
    assert found.value == value
    assert found.bounds == pytest.approx((bound, 1.0) if value else (0.0, 1 - bound))


def test_patients_with_radiographs_of_both_classes_make_fewer_pairs_apart():
    both = Sample.of([0, 1] * 18, [0.1, 0.9] * 18, np.repeat(np.arange(18), 2))
    assert auroc(both, 0.95).estimate.low == pytest.approx(0.025 ** (1 / 9))


def test_what_cannot_be_ranked_has_a_reason():
    assert auroc(Sample.of([1, 1], [0.1, 0.2], ["a", "b"]), 0.95).estimate.reason == (
        "no radiograph is NORMAL"
    )
    assert average_precision(Sample.of([0], [0.1], ["a"]), 0.95).estimate.reason == (
        "no radiograph is PNEUMONIA"
    )
    alone = auroc(Sample.of([0, 1, 1], [0.1, 0.2, 0.3], ["a", "b", "c"]), 0.95).estimate
    assert (alone.value, alone.bounds) == (1.0, None)
    assert alone.reason.endswith("with radiographs of each class, received 1")
    equal = auroc(Sample.of([0, 1] * 9, [0.5] * 18, np.arange(18)), 0.95).estimate
    assert (equal.value, equal.bounds) == (0.5, None)
    assert equal.reason.startswith("no patient moves it")


@pytest.mark.parametrize("decimals", [1, 6])
def test_average_precision_agrees_with_scikit_learn(decimals):
    sample = drawn(2, decimals=decimals)
    found = average_precision(sample, 0.95).estimate
    expected = average_precision_score(sample.label, sample.score)
    assert found.value == pytest.approx(expected, abs=1e-12)
    assert found.low < found.value < found.high < 1


def test_a_ranking_without_error_has_an_average_precision_without_interval():
    found = average_precision(Sample.of([0, 1] * 9, [0.1, 0.9] * 9, np.arange(18)), 0.95).estimate
    assert (found.value, found.bounds) == (1.0, None)
    assert found.reason.startswith("no patient moves it")


def test_one_patient_that_carries_the_spread_makes_no_interval_wider_than_pairs_allow():
    # One of 60 NORMAL patients scores above half of 60 of PNEUMONIA, all others below.
    label = [0] * 60 + [1] * 60
    score = [0.7, *np.linspace(0.0, 0.3, 59), *np.linspace(0.5, 0.9, 60)]
    sample = Sample.of(label, score, np.arange(120))
    found = auroc(sample, 0.95).estimate
    assert found.value == pytest.approx(1 - 30 / 3600)
    # Of 60 pairs of other patients each, half of one misranked.
    exact = beta.ppf([0.025, 0.975], [59.5, 60.5], [1.5, 0.5])
    assert found.low == pytest.approx(exact[0])
    assert found.value < found.high <= exact[1]
    precise = average_precision(sample, 0.95).estimate
    assert precise.bounds is None
    assert (
        precise.reason == "one patient or two move it most, so that its spread cannot be estimated"
    )

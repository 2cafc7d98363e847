import numpy as np
import pytest
from scipy.special import expit, logit

from pneumoscope.evaluation.calibration.intervals import calibration_estimates
from pneumoscope.evaluation.calibration.recalibration import calibration_slope_intercept
from pneumoscope.evaluation.sample import Sample

LINE = ("slope", "intercept", "in_the_large")


def case(radiographs: int = 150, patients: int = 50, sharpness: float = 1.5, shared=1.5):
    """Draw labels and scores; radiographs of one patient resemble each other."""
    rng = np.random.default_rng(4)
    patient = np.arange(radiographs) % patients
    logits = rng.normal(0.4, 1.2, radiographs)
    own = shared * rng.normal(size=patients)[patient]
    label = rng.random(radiographs) < expit(sharpness * logits + own)
    return label, expit(logits), patient


def estimates(label, score, patient, confidence=0.95):
    line = calibration_slope_intercept(label, score)
    return calibration_estimates(Sample.of(label, score, patient), line, confidence)


def test_values_are_those_of_the_line():
    label, score, patient = case()
    line = calibration_slope_intercept(label, score)
    for name, found in estimates(label, score, patient).items():
        assert found.value == getattr(line, name)
        assert found.low < found.value < found.high


def test_intervals_agree_with_leaving_each_patient_out():
    """The jackknife over patients, to which the sandwich is the first order."""
    label, score, patient = case(600, 200)
    left_out = [
        calibration_slope_intercept(label[patient != one], score[patient != one])
        for one in range(200)
    ]
    found = estimates(label, score, patient)
    for name in LINE:
        values = np.array([getattr(line, name) for line in left_out])
        error = np.sqrt(199 / 200 * np.square(values - values.mean()).sum())
        half = (found[name].high - found[name].low) / 2
        assert half / error == pytest.approx(1.97, rel=0.03)  # Student's t, about 195 degrees


def test_intervals_agree_with_the_information_matrix_where_the_model_holds():
    label, score, patient = case(20_000, 20_000, sharpness=1.0, shared=0.0)
    logits = logit(score)
    spread = np.sqrt(1 / (score * (1 - score)).sum())
    design = np.column_stack([np.ones_like(logits), logits])
    information = (design * (score * (1 - score))[:, None]).T @ design
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    found = estimates(label, score, patient)
    for name, error in (("intercept", errors[0]), ("slope", errors[1]), ("in_the_large", spread)):
        assert (found[name].high - found[name].low) / 2 == pytest.approx(1.96 * error, rel=0.03)


def test_repeating_every_radiograph_of_a_patient_adds_no_certainty():
    label, score, patient = case()
    thrice, often = (
        estimates(*(np.tile(values, times) for values in (label, score, patient)))
        for times in (3, 9)
    )
    for name in LINE:
        assert often[name].bounds == pytest.approx(thrice[name].bounds, abs=1e-5)


def test_a_variance_is_no_less_than_that_of_independent_radiographs():
    # Of each patient one radiograph is PNEUMONIA and one NORMAL, at the same score.
    score = np.repeat(expit(np.linspace(-1, 1, 40)), 2)
    label = np.tile([0, 1], 40)
    found = estimates(label, score, np.repeat(np.arange(40), 2))["in_the_large"]
    least = 1 / (score * (1 - score)).sum()
    assert (found.high - found.value) == pytest.approx(2.02 * np.sqrt(least), rel=0.01)


def test_what_is_undefined_has_the_reason_of_the_line():
    separated = estimates(np.arange(40) >= 20, np.linspace(0.1, 0.9, 40), np.arange(40))
    assert separated["slope"].value is None
    assert separated["slope"].reason.startswith("one threshold separates the classes")
    assert separated["in_the_large"].bounds is not None
    one_class = estimates(np.ones(4, dtype=int), np.full(4, 0.3), np.arange(4))
    assert {found.reason for found in one_class.values()} == {"PNEUMONIA or NORMAL is absent"}

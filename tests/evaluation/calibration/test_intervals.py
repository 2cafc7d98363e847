import numpy as np
import pytest
from scipy.special import expit, logit

from pneumoscope.evaluation.calibration.intervals import LINE, calibration_intervals
from pneumoscope.evaluation.calibration.recalibration import calibration_slope_intercept
from pneumoscope.evaluation.intervals import patient_counts
from pneumoscope.evaluation.sample import Sample


def case(radiographs: int = 150, patients: int = 50, sharpness: float = 1.5):
    rng = np.random.default_rng(4)
    logits = rng.normal(0.4, 1.2, radiographs)
    label = rng.random(radiographs) < expit(sharpness * logits)
    return label, expit(logits), np.arange(radiographs) % patients


def intervals(label, score, patient, resamples=40, confidence=0.9):
    line = calibration_slope_intercept(label, score)
    sample = Sample.of(label, score, patient)
    return calibration_intervals(sample, line, resamples, confidence, 7)


def test_intervals_equal_those_of_fitting_every_resample_on_its_own():
    label, score, patient = case()
    fits = []
    for counts in patient_counts(50, 40, 7):
        drawn = np.repeat(np.arange(label.size), counts[patient])
        fits.append(calibration_slope_intercept(label[drawn], score[drawn]))
    found = intervals(label, score, patient)
    for name in LINE:
        expected = np.quantile([getattr(fit, name) for fit in fits], [0.05, 0.95])
        assert found[name] == pytest.approx(expected, abs=1e-6), name


def test_chunks_and_the_slow_way_give_the_same(monkeypatch):
    label, score, patient = case()
    whole = intervals(label, score, patient)
    monkeypatch.setattr("pneumoscope.evaluation.calibration.intervals._CHUNK", 7 * label.size)
    monkeypatch.setattr("pneumoscope.evaluation.calibration.intervals._STEPS", 1)
    slow = intervals(label, score, patient)
    for name in LINE:
        assert slow[name] == pytest.approx(whole[name], abs=1e-6), name


@pytest.mark.parametrize("centre", [0.0, -4.0])
def test_scores_close_together_need_no_slow_way(monkeypatch, centre):
    def fail(*_):
        raise AssertionError("expected Newton's steps to settle in every resample")

    monkeypatch.setattr("pneumoscope.evaluation.calibration.intervals._slowly", fail)
    label, score, patient = case()
    apart = intervals(label, score, patient)["slope"]
    close = intervals(label, expit(centre + 1e-4 * logit(score)), patient)["slope"]
    assert close == pytest.approx([1e4 * bound for bound in apart], rel=1e-6)


def test_a_slope_that_few_radiographs_hold_down_has_no_interval():
    # One overlapping pair of patients: many resamples leave one of them out.
    label, score = [0, 0, 0, 1, 0, 1, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    found = intervals(np.array(label), np.array(score), np.arange(8), 100)
    assert found["slope"] is None
    assert found["intercept"] is None


def test_an_undefined_line_has_no_interval():
    separated = intervals(np.arange(40) >= 20, np.linspace(0.1, 0.9, 40), np.arange(40))
    assert separated["slope"] is None
    assert separated["in_the_large"] is not None
    one_class = intervals(np.ones(4, dtype=int), np.full(4, 0.3), np.arange(4))
    assert one_class == dict.fromkeys(LINE)


def test_no_resamples_leave_all_intervals_out():
    label, score, patient = case()
    assert intervals(label, score, patient, resamples=0) == dict.fromkeys(LINE)

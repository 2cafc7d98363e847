import numpy as np
import pytest

from pneumoscope.evaluation.intervals import missing_reasons, patient_counts, percentile_interval


def test_each_resample_draws_as_many_patients_as_there_are():
    counts = patient_counts(9, 200, seed=3)
    assert counts.shape == (200, 9)
    assert (counts.sum(axis=1) == 9).all()
    assert np.abs(counts.mean(axis=0) - 1).max() < 0.3
    assert (counts == patient_counts(9, 200, seed=3)).all()
    assert (counts != patient_counts(9, 200, seed=4)).any()


def test_an_interval_holds_the_middle_of_the_defined_values():
    values = np.r_[np.arange(101.0), np.nan]
    assert percentile_interval(values, 0.9) == pytest.approx((5, 95))
    assert percentile_interval(np.r_[np.arange(9.0), np.nan], 0.9) is None


def test_what_is_missing_has_a_reason():
    intervals = {"slope": None, "intercept": (0.1, 0.2)}
    assert missing_reasons(intervals, ["a", "b"], 0) == {"slope": "no resamples were asked for"}
    assert missing_reasons(intervals, ["a", "a"], 9)["slope"].endswith("or more, there are 1")
    assert missing_reasons(intervals, ["a", "b"], 9) == {
        "slope": "undefined in too many of the 9 resamples of 2 patients"
    }

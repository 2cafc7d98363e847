import numpy as np
import pytest

from pneumoscope.evaluation.bootstrap import patient_counts, percentile_interval


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

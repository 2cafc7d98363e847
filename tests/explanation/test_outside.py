import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.explanation.outside import (
    outside_share,
    summarise_outside,
)
from pneumoscope.explanation.records import OutsideShare

ROWS = pd.DataFrame({"label": ["NORMAL"] * 3 + ["PNEUMONIA"], "patient_id": list("ppqr")})


def test_an_even_map_has_the_share_of_the_area_outside():
    assert outside_share(np.ones((1, 10, 20))) == pytest.approx([1 - 8 * 18 / 200])


def test_shares_count_either_sign_and_any_scale():
    maps = np.zeros((2, 10, 20))
    maps[0, 4, 5], maps[0, 0, 0] = 3, -1
    maps[1] = 1000 * maps[0]
    np.testing.assert_allclose(outside_share(maps), [0.25, 0.25])


def test_an_empty_map_has_no_share():
    assert np.isnan(outside_share(np.zeros((1, 10, 20)))).all()


def test_the_mean_of_a_class_has_an_interval_over_its_patients():
    found = summarise_outside(np.array([0.2, 0.4, 0.6, 0.9]), ROWS, 0.95)
    normal = found["NORMAL"]
    assert (normal.n, normal.patients, normal.share.value) == (3, 2, pytest.approx(0.4))
    # Two patients tell little: Student's t of one degree of freedom is 12.7.
    assert normal.share.bounds == (0.0, 1.0)


def test_the_interval_is_that_of_students_t_over_patients():
    rows = pd.DataFrame({"label": ["NORMAL"] * 4, "patient_id": list("pqrs")})
    share = summarise_outside(np.array([0.2, 0.4, 0.6, 0.8]), rows, 0.95)["NORMAL"].share
    # 3.182 times a deviation of 0.2582 over the root of four patients.
    assert (share.value, share.low, share.high) == pytest.approx((0.5, 0.0892, 0.9108), abs=1e-4)


def test_a_single_patient_has_a_value_but_no_interval():
    found = summarise_outside(np.array([0.2, 0.4, 0.6, 0.9]), ROWS, 0.95)["PNEUMONIA"]
    assert found.share == Estimate(0.9, reason="an interval needs two patients or more, received 1")


def test_empty_maps_are_counted_and_left_out():
    found = summarise_outside(np.array([np.nan, 0.4, 0.6, np.nan]), ROWS, 0.95)
    assert (found["NORMAL"].n, found["NORMAL"].empty) == (2, 1)
    empty = Estimate(None, reason="every map is empty")
    assert found["PNEUMONIA"] == OutsideShare(0, 0, 1, empty)
    normal = ROWS["label"] == "NORMAL"
    alone = summarise_outside(np.array([0.2, 0.4, 0.6]), ROWS[normal], 0.95)
    assert alone["PNEUMONIA"].share.reason == "there is no radiograph of that class"

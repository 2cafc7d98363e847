import numpy as np
import pytest

from pneumoscope.evaluation.calibration.reliability import calibration_error, reliability

LABEL = [0, 0, 0, 1, 1, 1]
SCORE = [0.1, 0.4, 0.6, 0.35, 0.8, 0.9]


def error(label, score, bins):
    return calibration_error(np.asarray(label, dtype=bool), np.asarray(score, dtype=float), bins)


def test_six_radiographs_give_the_calibration_error_computed_by_hand():
    assert error(LABEL, SCORE, 2) == pytest.approx(0.45 / 6)
    assert error(LABEL, SCORE, 1) == pytest.approx(abs(3 - 3.15) / 6)


def test_without_a_radiograph_there_is_no_calibration_error():
    assert error([], [], 2) is None


def test_reliability_tabulates_every_bin():
    table = reliability(LABEL, SCORE, 4)
    assert table["bin_low"].tolist() == [0, 0.25, 0.5, 0.75]
    assert table["bin_high"].tolist() == [0.25, 0.5, 0.75, 1]
    assert table["n"].tolist() == [1, 2, 1, 2]
    assert table["mean_score"].tolist() == pytest.approx([0.1, 0.375, 0.6, 0.85])
    assert table["observed"].tolist() == [0, 0.5, 0, 1]


def test_an_empty_bin_keeps_its_row_without_numbers():
    table = reliability([0, 1], [0.1, 0.9], 3)
    assert table["n"].tolist() == [1, 0, 1]
    assert table.loc[1, ["mean_score", "observed"]].isna().all()


def test_the_table_and_the_calibration_error_agree():
    rng = np.random.default_rng(0)
    score = rng.random(200).round(1)
    label = rng.random(200) < score
    table = reliability(label, score, 10).dropna()
    gaps = (table["mean_score"] - table["observed"]).abs()
    expected = (gaps * table["n"]).sum() / 200
    assert error(label, score, 10) == pytest.approx(expected, abs=1e-12)


def test_less_than_one_bin_is_refused():
    with pytest.raises(ValueError, match="expected one bin or more, received 0"):
        reliability(LABEL, SCORE, 0)

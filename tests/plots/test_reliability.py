import pandas as pd
import pytest

from pneumoscope.evaluation.calibration.reliability import reliability
from pneumoscope.plots.reliability import plot_reliability

BINS = reliability([0, 0, 1, 1], [0.1, 0.2, 0.9, 0.8], 4)


def smooth(low: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"score": [0.1, 0.9], "observed": [0.2, 0.8], "low": [low, 0.6], "high": [0.4, 1.0]}
    )


def test_curves_with_bands_stand_in_one_frame_with_the_diagonal_and_the_bins():
    curves, _ = plot_reliability(BINS, {"before": smooth(0.1), "after": smooth(0.0)}).axes
    ideal, before, after, bins = curves.lines
    assert list(ideal.get_xdata()) == [0, 1]
    assert list(before.get_ydata()) == [0.2, 0.8]
    assert [before.get_label(), after.get_label()] == ["before", "after"]
    assert list(bins.get_xdata()) == pytest.approx([0.15, 0.85])
    assert [band.get_paths()[0].vertices[:, 1].min() for band in curves.collections] == [0.1, 0.0]


def test_the_counts_are_those_of_the_bins():
    _, counts = plot_reliability(BINS, {}).axes
    assert [bar.get_height() for bar in counts.patches] == [2, 0, 0, 2]


def test_without_a_curve_the_bins_stand_alone():
    curves, _ = plot_reliability(BINS, {}).axes
    assert [line.get_label() for line in curves.lines[1:]] == ["bins, as they are"]

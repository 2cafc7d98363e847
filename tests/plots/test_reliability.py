import pytest

from pneumoscope.evaluation.calibration.reliability import reliability
from pneumoscope.plots.reliability import plot_reliability

BEFORE = reliability([0, 0, 1, 1], [0.1, 0.2, 0.9, 0.8], 4)
AFTER = reliability([0, 0, 1, 1], [0.3, 0.2, 0.7, 0.8], 4)


def test_before_and_after_stand_in_one_frame_with_the_diagonal():
    curves, _ = plot_reliability({"before": BEFORE, "after": AFTER}).axes
    ideal, before, after = curves.lines
    assert list(ideal.get_xdata()) == [0, 1]
    assert list(before.get_xdata()) == pytest.approx([0.15, 0.85])
    assert list(before.get_ydata()) == [0, 1]
    assert [before.get_label(), after.get_label()] == ["before", "after"]


def test_the_counts_are_those_of_the_first_scores():
    _, counts = plot_reliability({"before": BEFORE, "after": AFTER}).axes
    assert [bar.get_height() for bar in counts.patches] == [2, 0, 0, 2]


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="expected a table of reliability"):
        plot_reliability({})

import pytest

from pneumoscope.evaluation.thresholds.rules import sweep
from pneumoscope.plots.thresholds import plot_thresholds

SWEEP = sweep([0, 0, 0, 1, 1, 1], [0.1, 0.4, 0.6, 0.35, 0.8, 0.9])


def test_each_split_has_a_panel_with_four_curves_and_the_locked_threshold():
    validation, test = plot_thresholds({"validation": SWEEP, "test": SWEEP}, 0.7).axes
    assert [validation.get_title(loc="left"), test.get_title(loc="left")] == ["validation", "test"]
    *curves, locked = test.lines
    assert [curve.get_label() for curve in curves] == ["sensitivity", "specificity", "PPV", "NPV"]
    assert list(curves[0].get_ydata()) == SWEEP["sensitivity"].tolist()
    assert list(locked.get_xdata()) == [0.7, 0.7]
    assert [text.get_text() for text in validation.texts] == ["locked at 0.700"]


def test_a_grey_zone_is_shaded_in_every_panel():
    for panel in plot_thresholds({"validation": SWEEP, "test": SWEEP}, 0.5, (0.4, 0.6)).axes:
        (zone,) = panel.patches
        assert (zone.get_x(), zone.get_x() + zone.get_width()) == pytest.approx((0.4, 0.6))


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="expected a split with both classes"):
        plot_thresholds({}, 0.5)

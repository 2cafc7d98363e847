from matplotlib import _pylab_helpers

from pneumoscope.plots.style import in_order, new_figure, series_styles


def test_preferred_names_come_first_and_others_are_kept():
    found = ["zoo", "test", "train", "test", "ark"]
    assert in_order(found, ["train", "validation", "test"]) == ["train", "test", "ark", "zoo"]


def test_every_series_has_a_style_of_its_own():
    styles = series_styles([str(n) for n in range(6)])
    assert len(set(styles.values())) == 6


def test_figures_stay_out_of_pyplot():
    new_figure(2.0)
    assert not _pylab_helpers.Gcf.figs

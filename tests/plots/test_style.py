from matplotlib import _pylab_helpers

from pneumoscope.plots.style import in_order, new_figure, series_markers, series_styles


def test_preferred_names_come_first_and_others_are_kept():
    found = ["zoo", "test", "train", "test", "ark"]
    assert in_order(found, ["train", "validation", "test"]) == ["train", "test", "ark", "zoo"]


def test_every_series_has_a_style_of_its_own():
    styles = series_styles([str(n) for n in range(6)])
    assert len(set(styles.values())) == 6


def test_figures_stay_out_of_pyplot():
    new_figure(2.0)
    assert not _pylab_helpers.Gcf.figs


def test_a_dozen_series_differ_by_line_and_by_marker():
    names = [str(n) for n in range(12)]
    styles, markers = series_styles(names), series_markers(names)
    assert len(set(styles.values())) == 12
    assert len({(styles[name][0], markers[name]) for name in names}) == 12

from itertools import combinations

import numpy as np
from matplotlib import _pylab_helpers
from matplotlib.colors import to_rgb

from pneumoscope.plots.style import (
    CALIBRATION_COLOURS,
    LABEL_COLOURS,
    SERIES_COLOURS,
    SPLIT_COLOURS,
    SUBTYPE_COLOURS,
    in_order,
    name_model,
    new_figure,
    series_markers,
    series_styles,
)


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


def _apart(one: str, other: str) -> float:
    return float(np.linalg.norm(255 * (np.array(to_rgb(one)) - np.array(to_rgb(other)))))


def test_no_colour_means_a_model_and_a_class_or_a_split():
    meant = [*LABEL_COLOURS.values(), *SPLIT_COLOURS.values(), *SUBTYPE_COLOURS.values()]
    for colour in SERIES_COLOURS:
        assert min(_apart(colour, other) for other in meant) > 40
    pairs = combinations(SERIES_COLOURS, 2)
    assert min(_apart(one, other) for one, other in pairs) > 40


def test_no_colour_of_calibration_means_a_model_a_class_or_a_split():
    meant = [*SERIES_COLOURS, *LABEL_COLOURS.values(), *SPLIT_COLOURS.values()]
    for colour in CALIBRATION_COLOURS:
        assert min(_apart(colour, other) for other in meant) > 40


def test_the_name_of_a_model_is_written_on_top():
    figure = name_model(new_figure(2.0), "cnn")
    assert figure.get_suptitle() == "cnn"

import numpy as np
import pytest
from matplotlib.figure import Figure

from pneumoscope.plots.intensities import plot_class_means, plot_intensity_histograms


def counts(**levels: int) -> np.ndarray:
    histogram = np.zeros(256, dtype=int)
    for level, count in levels.items():
        histogram[int(level.removeprefix("at_"))] = count
    return histogram


def test_curves_are_percentages_of_each_class():
    histograms = {"NORMAL": counts(at_100=1, at_200=3), "PNEUMONIA": counts(at_100=50)}
    normal, pneumonia = plot_intensity_histograms(histograms).axes[0].lines
    assert normal.get_ydata()[[100, 200]].tolist() == [25, 75]
    assert pneumonia.get_ydata()[100] == 100


def test_padding_does_not_flatten_the_rest():
    ax = plot_intensity_histograms({"NORMAL": counts(at_0=80, at_100=20)}).axes[0]
    assert ax.get_ylim()[1] == pytest.approx(1.12 * 20)


def test_axes_that_are_given_are_drawn_into():
    ax = Figure().add_subplot()
    figure = plot_intensity_histograms({"NORMAL": counts(at_100=1)}, ax)
    assert figure is ax.figure
    assert len(ax.lines) == 1


def test_an_empty_histogram_is_refused():
    with pytest.raises(ValueError, match="sum above 0 for NORMAL"):
        plot_intensity_histograms({"NORMAL": np.zeros(256, dtype=int)})


def test_the_difference_is_pneumonia_minus_normal_on_a_scale_centred_at_zero():
    means = {"NORMAL": np.full((4, 4), 100.0), "PNEUMONIA": np.full((4, 4), 70.0)}
    difference = plot_class_means(means).axes[2].images[0]
    assert np.all(difference.get_array() == -30)
    assert difference.get_clim() == (-30, 30)


def test_equal_means_do_not_fill_the_colour_scale():
    means = dict.fromkeys(("NORMAL", "PNEUMONIA"), np.full((4, 4), 100.0))
    assert plot_class_means(means).axes[2].images[0].get_clim() == (-1, 1)

import numpy as np

from pneumoscope.plots.pseudo_sites import COLUMNS, plot_pseudo_sites


def test_every_pseudo_site_has_a_row_of_its_films(gradient):
    figure = plot_pseudo_sites({"A": [("NORMAL", gradient)] * 2, "B": [("PNEUMONIA", gradient)]})
    assert len(figure.axes) == 2 * COLUMNS
    drawn = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title() for ax in drawn] == ["NORMAL", "NORMAL", "PNEUMONIA"]
    assert [figure.axes[0].get_ylabel(), figure.axes[COLUMNS].get_ylabel()] == ["A", "B"]
    np.testing.assert_array_equal(drawn[0].images[0].get_array(), gradient)


def test_without_pseudo_sites_the_figure_says_so():
    figure = plot_pseudo_sites({})
    assert [text.get_text() for text in figure.texts] == ["no pseudo-sites"]

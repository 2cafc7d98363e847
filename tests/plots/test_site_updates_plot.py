import pandas as pd
import pytest

from pneumoscope.plots.site_updates import PANELS, plot_site_updates


def curve(*films: float) -> pd.DataFrame:
    table = pd.DataFrame({"films": films})
    for measure in PANELS:
        table[measure] = [0.9] * len(films)
        table[f"{measure}_low"], table[f"{measure}_high"] = None, 1.0
        table[f"{measure}_before"] = 0.5
    return table


def test_each_measure_has_a_panel_and_each_site_two_lines():
    figure = plot_site_updates({"clinic": curve(25, 50), "st-mary": curve(25, 80)})
    assert [ax.get_title(loc="left") for ax in figure.axes] == list(PANELS.values())
    for ax in figure.axes:
        first, without, _, _ = ax.lines
        assert list(first.get_ydata()) == [0.9, 0.9]
        assert list(without.get_ydata()) == [0.5, 0.5]
        assert without.get_linestyle() == "--"
    assert [tick.get_text() for tick in figure.axes[-1].get_xticklabels()] == ["25", "50", "80"]
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["clinic", "clinic, no update", "st-mary", "st-mary, no update"]


def test_nothing_is_drawn_of_nothing():
    with pytest.raises(ValueError, match="the curve of a site"):
        plot_site_updates({})

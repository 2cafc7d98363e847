import pandas as pd
from matplotlib.colors import to_rgb

from pneumoscope.plots.decision_curves import plot_decision_curves
from pneumoscope.plots.style import series_styles

CURVE = pd.DataFrame(
    {
        "threshold": [0.1, 0.5], "model": [0.2, 0.1], "low": [0.1, 0.0], "high": [0.3, 0.2],
        "treat_all": [0.15, -0.6],
    }
)  # fmt: skip


def test_each_prevalence_has_a_panel_with_models_and_both_policies():
    panels = {p: {"mlp": CURVE, "cnn": CURVE} for p in (0.05, 0.2)}
    figure = plot_decision_curves(panels, ["mlp", "cnn"], "cnn")
    assert [ax.get_title(loc="left") for ax in figure.axes] == [
        "5% show pneumonia", "20% show pneumonia",
    ]  # fmt: skip
    names = [line.get_label() for line in figure.axes[0].lines]
    assert names == ["mlp", "cnn", "treat all", "treat nobody"]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == names


def test_a_model_has_the_colour_of_the_other_figures_and_policies_differ_by_line():
    figure = plot_decision_curves({0.2: {"cnn": CURVE}}, ["mlp", "cnn", "ensemble"], "cnn")
    cnn, treat_all, nobody = figure.axes[0].lines
    assert cnn.get_color() == series_styles(["mlp", "cnn", "ensemble"])["cnn"][0]
    assert treat_all.get_linestyle() != nobody.get_linestyle()


def test_the_model_in_view_alone_has_a_band():
    panels = {0.2: {"mlp": CURVE, "cnn": CURVE}}
    figure = plot_decision_curves(panels, ["mlp", "cnn"], "cnn")
    (ax,) = figure.axes
    (band,) = ax.collections
    assert band.get_paths()[0].vertices[:, 1].max() == 0.3
    assert tuple(band.get_facecolor()[0][:3]) == to_rgb(ax.lines[1].get_color())


def test_without_a_curve_it_says_so():
    figure = plot_decision_curves({}, ["cnn"], "cnn")
    assert "no model" in figure.axes[0].texts[0].get_text()

import pandas as pd
from matplotlib.colors import to_rgb

from pneumoscope.plots.decision_curves import plot_decision_curves

CURVE = pd.DataFrame(
    {
        "threshold": [0.1, 0.5], "model": [0.2, 0.1], "low": [0.1, 0.0], "high": [0.3, 0.2],
        "treat_all": [0.15, -0.6],
    }
)  # fmt: skip


def test_each_prevalence_has_a_panel_with_models_and_both_policies():
    figure = plot_decision_curves({p: {"mlp": CURVE, "cnn": CURVE} for p in (0.05, 0.2)}, "cnn")
    assert [ax.get_title(loc="left") for ax in figure.axes] == [
        "5% show pneumonia", "20% show pneumonia",
    ]  # fmt: skip
    names = [line.get_label() for line in figure.axes[0].lines]
    assert names == ["mlp", "cnn", "treat all", "treat nobody"]


def test_the_model_in_view_alone_has_a_band():
    figure = plot_decision_curves({0.2: {"mlp": CURVE, "cnn": CURVE}}, "cnn")
    (ax,) = figure.axes
    (band,) = ax.collections
    assert band.get_paths()[0].vertices[:, 1].max() == 0.3
    assert tuple(band.get_facecolor()[0][:3]) == to_rgb(ax.lines[1].get_color())


def test_without_a_curve_it_says_so():
    figure = plot_decision_curves({}, "cnn")
    assert "no model" in figure.axes[0].texts[0].get_text()

import pandas as pd

from pneumoscope.plots.deferral import plot_deferral


def test_each_architecture_has_a_curve_without_its_undefined_points():
    curve = pd.DataFrame({"deferred": [0.0, 0.2, 1.0], "accuracy": [0.8, 0.9, None]})
    (ax,) = plot_deferral({"mlp": curve, "cnn": curve[:1]}).axes
    mlp, cnn = ax.lines
    assert list(mlp.get_xdata()) == [0.0, 0.2]
    assert list(mlp.get_ydata()) == [0.8, 0.9]
    assert (mlp.get_label(), list(cnn.get_xdata())) == ("mlp", [0.0])


def test_many_architectures_are_named_below_the_frame():
    curve = pd.DataFrame({"deferred": [0.0, 0.2], "accuracy": [0.8, 0.9]})
    figure = plot_deferral({f"cnn{n}": curve for n in range(7)})
    assert len(figure.legends[0].get_texts()) == 7
    assert plot_deferral({"cnn": curve}).axes[0].get_legend() is not None

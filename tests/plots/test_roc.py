import numpy as np

from pneumoscope.plots.roc import plot_roc_curves

CURVE = (np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0]))


def test_each_curve_is_labelled_with_its_auroc():
    ax = plot_roc_curves({"cnn": (*CURVE, 0.98765), "mlp": (*CURVE, None)}).axes[0]
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["cnn  0.988", "mlp  n/a"]
    assert ax.lines[1].get_ydata().tolist() == [0, 1, 1]


def test_operating_points_are_dots_in_the_colour_of_their_curve():
    ax = plot_roc_curves({"cnn": (*CURVE, 1.0)}, {"cnn": (0.2, 0.9)}).axes[0]
    curve, dot = ax.lines[1], ax.lines[2]
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (0.2, 0.9)
    assert dot.get_color() == curve.get_color()


def test_curves_are_told_apart_without_colour():
    ax = plot_roc_curves({"cnn": (*CURVE, 1.0), "mlp": (*CURVE, 1.0)}).axes[0]
    assert ax.lines[1].get_linestyle() != ax.lines[2].get_linestyle()


def test_many_curves_are_named_below_the_frame():
    figure = plot_roc_curves({f"cnn{n}": (*CURVE, 1.0) for n in range(7)})
    assert figure.axes[0].get_legend() is None
    assert len(figure.legends[0].get_texts()) == 7


def test_many_good_curves_have_their_corner_enlarged():
    names = [f"cnn{n}" for n in range(7)]
    (ax,) = plot_roc_curves(dict.fromkeys(names, (*CURVE, 0.99)), {"cnn0": (0.0, 1.0)}).axes
    (corner,) = ax.child_axes
    assert len(corner.lines) == 7 + 1
    assert (corner.get_xlim(), corner.get_ylim()[0]) == ((0, 0.15), 0.85)
    (plain,) = plot_roc_curves(dict.fromkeys(names, (*CURVE, 0.94))).axes
    assert plain.child_axes == []

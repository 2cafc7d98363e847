import pandas as pd

from pneumoscope.plots.shift import plot_shift
from pneumoscope.plots.style import LABEL_COLOURS

TOGETHER = pd.DataFrame(
    {
        "label": ["NORMAL", "PNEUMONIA", "NORMAL"],
        "line": ["test", "test", "validation"],
        "value": [0.9, 0.5, None],
        "low": [0.8, 0.4, None],
        "high": [0.95, 0.6, None],
    }
)


def test_each_table_with_rows_is_a_panel_and_each_class_has_its_colour():
    (ax,) = plot_shift({"by class": TOGETHER, "one by one": TOGETHER.iloc[:0]}).axes
    normal, pneumonia, chance = ax.lines
    assert normal.get_color() == LABEL_COLOURS["NORMAL"]
    assert normal.get_xdata()[0] == 0.9
    assert pneumonia.get_xdata().tolist() == [0.5]
    assert normal.get_ydata()[0] < 0 < pneumonia.get_ydata()[0]
    assert list(chance.get_xdata()) == [0.5, 0.5]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["test", "validation"]
    assert ax.get_title(loc="left") == "by class"


def test_a_panel_without_any_value_says_so():
    unknown = TOGETHER.assign(value=None, low=None, high=None)
    (ax,) = plot_shift({"by class": unknown}).axes
    assert [text.get_text() for text in ax.texts] == ["too few films"]
    assert not plot_shift({"by class": TOGETHER}).axes[0].texts

import pandas as pd

from pneumoscope.plots.subgroups import plot_subgroups

TABLE = pd.DataFrame(
    {
        "attribute": ["disease", "mode"],
        "group": ["virus", "L"],
        "n": [1200, 4],
        "sensitivity": [0.8, 0.9],
        "sensitivity_low": [0.7, None],
        "sensitivity_high": [0.9, None],
        "specificity": [None, 0.6],
        "specificity_low": [None, 0.5],
        "specificity_high": [None, 0.7],
    }
)


def test_what_does_not_apply_is_left_blank_and_the_whole_is_dashed():
    sensitivity, specificity = plot_subgroups(
        TABLE, {"sensitivity": 0.85, "specificity": None}
    ).axes
    interval, virus, grey, whole = sensitivity.lines
    assert list(interval.get_xdata()) == [0.7, 0.9]
    assert (virus.get_ydata()[0], grey.get_ydata()[0]) == (1, 3)
    assert list(whole.get_xdata()) == [0.85, 0.85]
    assert [len(line.get_xdata()) for line in specificity.lines] == [2, 1]


def test_attributes_head_their_groups():
    axes = plot_subgroups(TABLE, {"sensitivity": 0.85, "specificity": 0.7}).axes
    labels = axes[0].get_yticklabels()
    assert [label.get_text() for label in labels] == ["disease", "virus (1,200)", "mode", "L (4)"]
    assert [label.get_fontweight() for label in labels] == ["bold", "normal", "bold", "normal"]

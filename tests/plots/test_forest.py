import pandas as pd
import pytest

from pneumoscope.plots.forest import plot_comparison, plot_forest

COMPARISON = pd.DataFrame(
    {
        "architecture": ["mlp", "mlp", "cnn"],
        "split": ["validation", "test", "test"],
        "auroc": [0.99, 0.8, None],
        "auroc_low": [0.98, 0.7, None],
        "auroc_high": [1.0, 0.9, None],
        "f1": [0.9, 0.7, 0.8],
    }
)


def test_a_dot_and_its_interval_are_drawn_for_the_split_alone():
    (ax,) = plot_forest(COMPARISON, "auroc").axes
    interval, dot = ax.lines
    assert list(interval.get_xdata()) == [0.7, 0.9]
    assert dot.get_xdata()[0] == 0.8
    assert [label.get_text() for label in ax.get_yticklabels()] == ["mlp", "cnn"]


def test_an_undefined_metric_is_written_as_such():
    (ax,) = plot_forest(COMPARISON, "auroc").axes
    assert [text.get_text() for text in ax.texts] == ["0.800", "n/a"]


def test_a_metric_without_intervals_is_drawn_as_dots():
    (ax,) = plot_forest(COMPARISON, "f1").axes
    assert [len(line.get_xdata()) for line in ax.lines] == [1, 1]


def test_a_split_that_was_not_scored_is_refused():
    with pytest.raises(ValueError, match=r"split 'train', received only \['test', 'validation'\]"):
        plot_forest(COMPARISON, "auroc", "train")


def test_each_metric_has_its_panel():
    axes = plot_comparison(COMPARISON, metrics=("auroc", "f1", "auroc")).axes
    assert [ax.get_title(loc="left") for ax in axes] == ["AUROC", "F1", "AUROC", ""]

import pytest
from example_metrics import estimate
from example_studies import arm, study_findings, summary

from pneumoscope.plots.study import plot_study

FOUND = study_findings(
    arms={
        "reproduced": arm(summary(), summary(mlp=estimate(None), cnn=estimate(0.97, 0.9, 1.0))),
        "honest": arm(summary(), summary(mlp=estimate(0.8), cnn=estimate(0.85, 0.8, 0.9))),
    }
)


@pytest.fixture
def ax():
    (ax,) = plot_study(FOUND).axes
    return ax


def test_models_are_rows_and_protocols_points_with_intervals(ax):
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["mlp", "cnn"]
    drawn = [list(line.get_xdata()) for line in ax.lines if len(line.get_xdata())]
    assert [0.9, 1.0] in drawn
    assert [0.8, 0.9] in drawn
    assert ax.get_xlabel() == "sensitivity on test"


def test_an_undefined_value_is_written_and_never_drawn(ax):
    assert [text.get_text() for text in ax.texts] == ["n/a"]


def test_the_published_value_and_the_target_are_told_apart(ax):
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["reproduced", "honest (judged)", "published", "target"]

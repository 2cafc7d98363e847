import pytest

from pneumoscope.plots.study import plot_study


def arm(**models: tuple) -> dict:
    measured = {
        name: {"sensitivity": dict(zip(("value", "low", "high"), values, strict=True))}
        for name, values in models.items()
    }
    return {"test": {"models": measured}}


FOUND = {
    "study": {
        "name": "Study",
        "asked": "It asked for recall.",
        "target": {"metric": "sensitivity", "at_least": 0.9, "source": "named by the study"},
        "protocol": "As it was.",
        "flatters": "Much.",
        "differs": ["Not at all."],
        "arms": {"reproduced": "as published", "honest": "by patient"},
        "honest": "honest",
        "published": [
            {"architecture": "cnn", "source": "its table", "metrics": {"sensitivity": 0.98}}
        ],
    },
    "arms": {
        "reproduced": arm(mlp=(None, None, None), cnn=(0.97, 0.9, 1.0)),
        "honest": arm(mlp=(0.8, None, None), cnn=(0.85, 0.8, 0.9)),
    },
}


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

import pandas as pd

from pneumoscope.plots.robustness import plot_curves, plot_shortcuts


def curve(*values: float | None) -> pd.DataFrame:
    metrics = ("auroc", "sensitivity", "specificity")
    columns = [f"{metric}{end}" for metric in metrics for end in ("", "_low", "_high")]
    rows = [{"strength": name} for name in ("none", "50", "5")]
    return pd.DataFrame(
        [{**row, **dict.fromkeys(columns, value)} for row, value in zip(rows, values, strict=True)]
    )


def test_each_degradation_is_a_row_of_three_panels_with_a_line_a_model():
    both = {"mlp": curve(0.7, 0.7, 0.6), "cnn": curve(0.9, 0.8, None)}
    figure = plot_curves({"JPEG quality": both, "blur (pixels)": both})
    assert len(figure.axes) == 6
    mlp, cnn = figure.axes[2].lines
    assert mlp.get_ydata().tolist() == [0.7, 0.7, 0.6]
    assert cnn.get_ydata().tolist()[:2] == [0.9, 0.8]
    ticks = [tick.get_text() for tick in figure.axes[5].get_xticklabels()]
    assert ticks == ["none", "50", "5"]
    assert [ax.get_title(loc="left") for ax in figure.axes[:3]] == [
        "AUROC", "sensitivity", "specificity",
    ]  # fmt: skip
    assert figure.axes[4].get_xlabel() == "blur (pixels)"


def test_conditions_are_rows_with_a_mark_for_each_model_and_chance_is_dashed():
    table = pd.DataFrame(
        {
            "condition": ["as it is", "centre blacked out"],
            "value": [0.9, None],
            "low": [0.8, None],
            "high": [0.95, None],
        }
    )
    (ax,) = plot_shortcuts({"mlp": table, "cnn": table}).axes
    mlp, cnn, chance = ax.lines
    assert mlp.get_xdata()[0] == cnn.get_xdata()[0] == 0.9
    assert mlp.get_ydata()[0] < 0 < cnn.get_ydata()[0]
    assert list(chance.get_xdata()) == [0.5, 0.5]
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["as it is", "centre blacked out"]


def test_intervals_of_many_models_are_left_to_the_tables():
    def bands(models: int) -> int:
        of_each = {f"cnn{n}": curve(0.9, 0.8, 0.7) for n in range(models)}
        return len(plot_curves({"blur (pixels)": of_each}).axes[0].collections)

    assert [bands(3), bands(4)] == [3, 0]

import numpy as np
import pandas as pd
import pytest

from pneumoscope.plots.curves import kept_epoch, plot_training_curves


def history(validation_loss: list[float], phases: str = "") -> pd.DataFrame:
    epochs = len(validation_loss)
    falling = np.linspace(0.9, 0.1, epochs)
    return pd.DataFrame(
        {
            "epoch": range(1, epochs + 1),
            "phase": list(phases or "t" * epochs),
            "learning_rate": falling / 100,
            "loss": falling,
            "accuracy": 1 - falling,
            "auroc": 1 - falling,
            "validation_loss": validation_loss,
            "validation_accuracy": 1 - falling,
            "validation_auroc": 1 - falling,
            "stressed_loss": np.array(validation_loss) + 0.1,
            "stressed_accuracy": 1 - falling,
            "stressed_auroc": 1 - falling,
            "hard_loss": np.nan,
            "hard_accuracy": np.nan,
            "hard_auroc": np.nan,
            "seconds": 1.0,
            "kept": np.arange(epochs) == np.argmin(validation_loss),
        }
    )


def test_the_kept_epoch_is_the_one_marked_as_kept():
    assert kept_epoch(history([0.5, 0.2, 0.3])) == 2


def test_train_validation_and_stress_are_drawn_and_the_kept_epoch_is_named():
    loss, _, _, rate = plot_training_curves(history([0.5, 0.2, 0.3])).axes
    train, validation, stressed, kept = loss.lines
    assert train.get_ydata() == pytest.approx([0.9, 0.5, 0.1])
    assert validation.get_ydata() == pytest.approx([0.5, 0.2, 0.3])
    assert stressed.get_ydata() == pytest.approx([0.6, 0.3, 0.4])
    assert list(kept.get_xdata()) == [2, 2]
    assert rate.texts[0].get_text() == "kept: epoch 2"


def test_the_frozen_phase_is_shaded_up_to_its_end():
    loss = plot_training_curves(history([0.5, 0.4, 0.3], phases="fft")).axes[0]
    (shade,) = loss.patches
    assert (shade.get_x(), shade.get_width()) == (0.5, 2)


def test_the_highest_and_lowest_learning_rates_are_named():
    rate = plot_training_curves(history([0.5, 0.2, 0.3])).axes[3]
    assert [label.get_text() for label in rate.get_yticklabels()] == ["1.0e-03", "9.0e-03"]
    still = history([0.5, 0.2, 0.3]).assign(learning_rate=0.001)
    assert len(plot_training_curves(still).axes[3].get_yticklabels()) == 1


def test_hard_validation_is_drawn_where_it_was_measured():
    shown = history([0.5, 0.2, 0.3]).assign(hard_loss=[0.7, 0.4, 0.6])
    loss, auroc, *_ = plot_training_curves(shown).axes
    names = [line.get_label() for line in loss.lines]
    assert "hard validation" in names
    assert loss.lines[names.index("hard validation")].get_ydata() == pytest.approx([0.7, 0.4, 0.6])
    assert "hard validation" not in [line.get_label() for line in auroc.lines]

import numpy as np
import pandas as pd
import pytest

from pneumoscope.plots.curves import best_epoch, plot_training_curves


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
            "seconds": 1.0,
        }
    )


@pytest.mark.parametrize(
    ("losses", "expected"),
    [([0.5, 0.2, 0.3], 2), ([0.2, 0.2], 1), ([np.nan, 0.4], 2), ([np.nan, np.nan], None)],
)
def test_the_best_epoch_is_the_first_of_lowest_validation_loss(losses, expected):
    assert best_epoch(history(losses)) == expected


def test_train_and_validation_are_drawn_and_the_best_epoch_is_named():
    loss = plot_training_curves(history([0.5, 0.2, 0.3])).axes[0]
    train, validation, best = loss.lines
    assert train.get_ydata() == pytest.approx([0.9, 0.5, 0.1])
    assert validation.get_ydata() == pytest.approx([0.5, 0.2, 0.3])
    assert list(best.get_xdata()) == [2, 2]
    assert loss.texts[0].get_text() == "best: epoch 2"


def test_no_best_epoch_is_drawn_without_a_validation_loss():
    loss = plot_training_curves(history([np.nan, np.nan])).axes[0]
    assert len(loss.lines) == 2
    assert not loss.texts


def test_the_frozen_phase_is_shaded_up_to_its_end():
    loss = plot_training_curves(history([0.5, 0.4, 0.3], phases="fft")).axes[0]
    (shade,) = loss.patches
    assert (shade.get_x(), shade.get_width()) == (0.5, 2)

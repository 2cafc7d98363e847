from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pneumoscope.models.training.history import History


def history(loss, validation_loss) -> History:
    epochs = np.arange(1, len(loss) + 1)
    columns = {"epoch": epochs, "loss": loss, "validation_loss": validation_loss}
    table = pd.DataFrame(columns).assign(
        phase="training", learning_rate=0.001, accuracy=0.9, auroc=0.9, validation_accuracy=0.9,
        validation_auroc=0.9, stressed_loss=0.7, stressed_accuracy=0.7, stressed_auroc=0.8,
        hard_loss=np.nan, hard_accuracy=np.nan, hard_auroc=np.nan, seconds=30.0,
        kept=epochs == 1 + np.argmin(validation_loss),
    )  # fmt: skip
    return History.of(table)


def test_the_kept_epoch_is_the_one_marked_and_all_minutes_count():
    found = history([0.5, 0.3, 0.2], [0.5, 0.2, 0.3])
    assert found.kept.epoch == 2
    assert found.kept.validation_loss == 0.2
    assert found.minutes == 1.5


def test_overfitting_is_found_where_validation_rises_while_training_falls():
    falling, rising = np.linspace(0.5, 0.1, 12), np.r_[0.6, 0.4, np.linspace(0.42, 0.7, 10)]
    assert history(falling, rising).overfits
    assert not history(falling[::-1], rising).overfits
    assert not history(falling[:6], rising[:6]).overfits


@pytest.mark.parametrize(
    ("fall", "rise"),
    [(0.6, 0.02), (0.03, 0.3)],
    ids=["validation hardly rises", "training hardly falls"],
)
def test_a_trend_that_is_sure_and_small_is_no_overfitting(fall, rise):
    epochs = np.linspace(0, 1, 12)
    loss = 0.5 * (1 - fall * epochs)
    validation = np.r_[0.5, 0.5 * (1.01 + rise * epochs[1:])]
    assert not history(loss, validation).overfits


def test_a_rise_back_to_less_than_the_kept_epoch_had_is_no_overfitting():
    falling, rising = np.linspace(0.5, 0.1, 12), np.r_[0.6, 0.5, np.linspace(0.2, 0.45, 10)]
    found = history(falling, rising)
    chosen_early = replace(found, kept=found.epochs[1])
    assert not chosen_early.overfits


def test_noise_about_a_plateau_is_seldom_called_overfitting():
    # Epochs resemble their neighbours: a correlation of 0.7.
    rng, found, falling = np.random.default_rng(0), [], np.linspace(0.6, 0.1, 16)
    rows = history(falling, falling).epochs
    for _ in range(400):
        noise = rng.standard_normal(32) * np.sqrt(1 - 0.7**2)
        for epoch in range(1, 32):
            noise[epoch] += 0.7 * noise[epoch - 1]
        plateau = np.r_[np.linspace(0.7, 0.5, 4), 0.5 + 0.02 * noise[20:]]
        noisy = [replace(rows[n], validation_loss=loss) for n, loss in enumerate(plateau)]
        found.append(History(noisy, noisy[np.argmin(plateau)]).overfits)
    assert np.mean(found) < 0.05


def test_hard_validation_that_was_not_measured_is_none():
    assert history([0.5, 0.3], [0.5, 0.2]).kept.hard_loss is None

import numpy as np
import pandas as pd
import pytest

from pneumoscope.models.training.history import History
from pneumoscope.report.blocks import Gallery
from pneumoscope.report.sections.training import training_section


def history(loss: list[float], validation_loss: list[float], hard: float = 0.6) -> History:
    table = pd.DataFrame({"epoch": range(1, len(loss) + 1), "loss": loss}).assign(
        phase="training", learning_rate=0.001, accuracy=0.9, auroc=0.9, validation_accuracy=0.9,
        validation_loss=pd.Series(validation_loss, dtype=float), validation_auroc=0.9,
        stressed_loss=0.7, stressed_accuracy=0.7, stressed_auroc=0.8, seconds=30.0,
        hard_loss=hard, hard_accuracy=hard, hard_auroc=hard,
        kept=np.arange(len(loss)) == np.argmin(validation_loss),
    )  # fmt: skip
    return History.of(table)


RISING = [0.5, 0.4, 0.45, 0.47, 0.52, 0.55, 0.6]
FALLING = [0.5, 0.3, 0.29, 0.26, 0.25, 0.22, 0.1]


@pytest.mark.parametrize(
    ("loss", "validation_loss", "conclusion"),
    [
        (FALLING, RISING, "epoch 2 of 7 are kept. After it the validation loss rose from 0.400 "
         "to 0.600 while the training loss fell from 0.300 to 0.100, beyond what epochs vary by: "
         "overfitting."),
        (FALLING, [0.5, 0.494, 0.495, 0.496, 0.494, 0.495, 0.4945], "; no later one was better"),
        ([0.5, 0.3, 0.1], [0.5, 0.4, 0.6], "epoch 2 of 3 are kept; no later one was better"),
        ([0.5, 0.3], [0.5, 0.4], "epoch 2 of 2 are kept, the last one: more epochs might help."),
        ([0.3, 0.5], [0.4, 0.6], "1 of 2 are kept; no later one was better by the loss that"),
    ],
)  # fmt: skip
def test_the_caption_tells_what_the_curves_show(loss, validation_loss, conclusion):
    section = training_section({"cnn": history(loss, validation_loss)}, {"cnn": b"png"})
    gallery = section.blocks[1]
    assert isinstance(gallery, Gallery)
    assert conclusion in gallery.figures[0].caption


def test_the_table_holds_the_numbers_of_the_kept_epoch():
    table = training_section({"cnn": history([0.5, 0.3, 0.1], [0.5, 0.4, 0.6])}, {}).blocks[0]
    assert table.rows == [["cnn", 3, 2, 0.4, 0.9, 0.7, 0.8, 0.6, 0.6, 1.5]]


def test_curves_that_were_not_drawn_are_left_out():
    assert len(training_section({"cnn": history([0.5], [0.4])}, {}).blocks) == 1


def test_a_hard_validation_of_too_few_films_is_told_so():
    table = training_section({"cnn": history([0.5], [0.5], hard=np.nan)}, {}).blocks[0]
    assert [table.rows[0][place].reason for place in (7, 8)] == [
        "validation has too few hard films"
    ] * 2

import pandas as pd
import pytest

from pneumoscope.report.blocks import Gallery, Undefined
from pneumoscope.report.sections import training_section


def history(loss: list[float], validation_loss: list[float | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "epoch": range(1, len(loss) + 1),
            "loss": loss,
            "validation_loss": pd.Series(validation_loss, dtype=float),
            "validation_auroc": 0.9,
            "seconds": 30.0,
        }
    )


@pytest.mark.parametrize(
    ("loss", "validation_loss", "conclusion"),
    [
        ([0.5, 0.3, 0.1], [0.5, 0.4, 0.6], "0.400, at epoch 2 of 3. By the last it is 0.600 while "
         "the training loss fell from 0.300 to 0.100: overfitting."),
        ([0.5, 0.3], [0.5, 0.4], "at epoch 2, the last one: it was still falling"),
        ([0.3, 0.5], [0.4, 0.6], "at epoch 1 of 2, whose weights are kept."),
        ([0.5, 0.3], [None, None], "no epoch can be called best"),
    ],
)  # fmt: skip
def test_the_caption_tells_what_the_curves_show(loss, validation_loss, conclusion):
    section = training_section({"cnn": history(loss, validation_loss)}, {"cnn": b"png"})
    gallery = section.blocks[1]
    assert isinstance(gallery, Gallery)
    assert conclusion in gallery.figures[0].caption


def test_the_table_holds_the_numbers_of_the_best_epoch():
    table = training_section({"cnn": history([0.5, 0.3, 0.1], [0.5, 0.4, 0.6])}, {}).blocks[0]
    assert table.rows == [["cnn", 3, 2, 0.3, 0.4, 0.9, 1.5]]


def test_without_validation_loss_nothing_is_made_up():
    table = training_section({"cnn": history([0.5], [None])}, {}).blocks[0]
    assert table.rows[0][2] == Undefined("cnn has no validation loss")


def test_curves_that_were_not_drawn_are_left_out():
    assert len(training_section({"cnn": history([0.5], [0.4])}, {}).blocks) == 1

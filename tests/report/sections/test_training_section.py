import numpy as np
import pandas as pd
import pytest

from pneumoscope.report.blocks import Gallery
from pneumoscope.report.sections.training import training_section


def history(loss: list[float], validation_loss: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "epoch": range(1, len(loss) + 1),
            "loss": loss,
            "validation_loss": pd.Series(validation_loss, dtype=float),
            "validation_auroc": 0.9,
            "stressed_loss": 0.7,
            "stressed_auroc": 0.8,
            "seconds": 30.0,
            "kept": np.arange(len(loss)) == np.argmin(validation_loss),
        }
    )


@pytest.mark.parametrize(
    ("loss", "validation_loss", "conclusion"),
    [
        ([0.5, 0.3, 0.1], [0.5, 0.4, 0.6], "epoch 2 of 3 are kept. By the last the validation "
         "loss rose from 0.400 to 0.600 while the training loss fell from 0.300 to 0.100"),
        ([0.5, 0.3], [0.5, 0.4], "epoch 2 of 2 are kept, the last one: more epochs might help."),
        ([0.3, 0.5], [0.4, 0.6], "epoch 1 of 2 are kept; later ones brought nothing."),
    ],
)  # fmt: skip
def test_the_caption_tells_what_the_curves_show(loss, validation_loss, conclusion):
    section = training_section({"cnn": history(loss, validation_loss)}, {"cnn": b"png"})
    gallery = section.blocks[1]
    assert isinstance(gallery, Gallery)
    assert conclusion in gallery.figures[0].caption


def test_the_table_holds_the_numbers_of_the_kept_epoch():
    table = training_section({"cnn": history([0.5, 0.3, 0.1], [0.5, 0.4, 0.6])}, {}).blocks[0]
    assert table.rows == [["cnn", 3, 2, 0.4, 0.9, 0.7, 0.8, 1.5]]


def test_curves_that_were_not_drawn_are_left_out():
    assert len(training_section({"cnn": history([0.5], [0.4])}, {}).blocks) == 1

import numpy as np
import pytest

from pneumoscope.plots.augmented import plot_augmented

STORED = np.arange(2, dtype=np.uint8).reshape(2, 1, 1, 1) * np.ones((2, 4, 4, 1), np.uint8)
CHANGED = np.stack([STORED + 10, STORED + 20])


def test_each_row_holds_a_film_as_stored_and_then_its_draws():
    axes = np.array(plot_augmented(STORED, CHANGED, ["NORMAL", "PNEUMONIA"]).axes).reshape(2, 3)
    shown = [[ax.images[0].get_array()[0, 0] for ax in row] for row in axes]
    assert shown == [[0, 10, 20], [1, 11, 21]]
    assert [ax.get_title() for ax in axes[0]] == ["as stored", "draw 1", "draw 2"]
    assert [row[0].get_ylabel() for row in axes] == ["NORMAL", "PNEUMONIA"]
    assert all(ax.images[0].get_clim() == (0, 255) for ax in axes.flat)


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(ValueError, match="received stored"):
        plot_augmented(STORED, CHANGED[:, :1], ["NORMAL", "PNEUMONIA"])
    with pytest.raises(ValueError, match="1 labels"):
        plot_augmented(STORED, CHANGED, ["NORMAL"])

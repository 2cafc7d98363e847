import numpy as np
import pytest

from pneumoscope.plots.samples import plot_samples


def titled(count: int, side: int) -> list[tuple[str, np.ndarray]]:
    return [(f"film {n}", np.full((side, side), n, dtype=np.uint8)) for n in range(count)]


def test_every_radiograph_stands_above_its_processed_self():
    axes = np.array(plot_samples(titled(6, 9), titled(6, 4)).axes).reshape(4, 4)
    raw = [*axes[0], *axes[2, :2]]
    processed = [*axes[1], *axes[3, :2]]
    assert [ax.get_title() for ax in raw] == [f"film {n}" for n in range(6)]
    assert [ax.images[0].get_array()[0, 0] for ax in processed] == [0, 1, 2, 3, 4, 5]
    assert [ax.axison for ax in axes[2]] == [True, True, False, False]


def test_grey_values_are_not_stretched():
    ax = plot_samples(titled(1, 9), titled(1, 4)).axes[0]
    assert ax.images[0].get_clim() == (0, 255)


def test_lists_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="received 2 raw and 1 processed"):
        plot_samples(titled(2, 9), titled(1, 4))
    with pytest.raises(ValueError, match="received 0 raw"):
        plot_samples([], [])

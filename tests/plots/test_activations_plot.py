from types import SimpleNamespace

import numpy as np

from pneumoscope.plots.activations import plot_activations

CASES = SimpleNamespace(
    cases=[
        SimpleNamespace(outcome="true positive", label="PNEUMONIA"),
        SimpleNamespace(outcome="true negative", label="NORMAL"),
    ]
)
FILMS = np.zeros((2, 8, 8), dtype=np.uint8)


def test_the_same_channels_stand_below_both_films_on_one_scale():
    maps = np.stack([np.full((2, 4, 4), 1.0), np.full((2, 4, 4), 3.0)])
    figure = plot_activations(CASES, {"films": FILMS, "maps/conv_1": maps})
    images = [image for ax in figure.axes for image in ax.images]
    assert [ax.get_title() for ax in figure.axes[:2]] == ["PNEUMONIA", "NORMAL"]
    assert [image.get_array().max() for image in images[2:]] == [1, 1, 3, 3]
    assert {image.get_clim() for image in images[2:]} == {(0, 3)}


def test_layers_are_named_with_their_size_and_silent_channels_can_be_drawn():
    figure = plot_activations(CASES, {"films": FILMS, "maps/conv_1": np.zeros((2, 5, 4, 6))})
    titles = [part.get_suptitle() for part in figure.subfigs]
    assert titles == ["", "conv_1, 4 × 6"]


def test_weights_share_a_scale_with_zero_in_the_middle():
    weights = np.linspace(-1, 3, 3 * 16).reshape(3, 4, 4)
    figure = plot_activations(CASES, {"films": FILMS, "weights/dense_1": weights})
    limits = {ax.images[0].get_clim() for ax in figure.axes if ax.images}
    assert len(limits) == 1
    low, high = limits.pop()
    assert low == -high
    assert figure.get_suptitle() == "dense_1: weights on the pixels"

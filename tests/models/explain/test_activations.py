import numpy as np
import pytest

from pneumoscope.models.architectures import registry
from pneumoscope.options import ModelOptions

FILMS = np.random.default_rng(7).integers(0, 256, (2, 32, 32, 1)).astype(np.uint8)


def arrays(architecture: str, count: int = 5, channels: int = 3, **changes):
    from pneumoscope.models.explain.activations import channel_arrays

    options = ModelOptions.model_validate({"architecture": architecture, **changes})
    return channel_arrays(registry.build(options, (32, 32, 1), 3), FILMS, count, channels)


def shapes(found, kind: str = "maps/") -> dict[str, tuple[int, ...]]:
    return {name.removeprefix(kind): a.shape for name, a in found.items() if name.startswith(kind)}


def test_layers_come_from_large_maps_to_small_with_the_same_channels_for_each_film():
    found = arrays("cnn", filters=[2, 4, 8])
    assert shapes(found) == {
        "conv_1_relu": (2, 2, 32, 32), "conv_2_relu": (2, 3, 16, 16), "conv_3_relu": (2, 3, 8, 8),
    }  # fmt: skip
    assert shapes(found, "channels/") == {
        "conv_1_relu": (2,), "conv_2_relu": (3,), "conv_3_relu": (3,),
    }  # fmt: skip


def test_fewer_layers_than_sizes_keep_the_first_and_the_last():
    assert list(shapes(arrays("cnn", count=2, filters=[2, 2, 2]))) == ["conv_1_relu", "conv_3_relu"]
    assert list(shapes(arrays("cnn", count=1, filters=[2, 2, 2]))) == ["conv_1_relu"]


def test_the_liveliest_channels_come_first():
    found = arrays("cnn", channels=8, filters=[8])
    spread = found["maps/conv_1_relu"].var(axis=(0, 2, 3))
    assert (np.diff(spread) <= 0).all()
    assert sorted(found["channels/conv_1_relu"]) == list(range(8))


@pytest.mark.slow
@pytest.mark.parametrize(
    "architecture", ["vgg16", "resnet50v2", "mobilenetv2", "densenet121", "efficientnetv2b0"]
)
def test_a_backbone_shows_its_last_activation_at_each_size(architecture):
    found = shapes(arrays(architecture))
    sides = [shape[2] for shape in found.values()]
    assert sides == sorted(sides, reverse=True)
    assert len(set(sides)) == len(sides) >= 4
    assert all(shape[:2] == (2, 3) for shape in found.values())


def test_a_model_without_channels_gives_the_weights_of_its_first_units():
    found = arrays("mlp", units=[6])
    assert shapes(found, "weights/") == {"dense_1": (3, 32, 32)}
    sizes = (found["weights/dense_1"] ** 2).sum(axis=(1, 2))
    assert (np.diff(sizes) <= 0).all()
    assert shapes(arrays("mlp", units=[6], side=16), "weights/") == {"dense_1": (3, 16, 16)}


def test_a_model_that_neither_convolves_nor_flattens_is_refused():
    from keras import Input, Model, layers

    from pneumoscope.models.explain.activations import channel_arrays

    radiograph = Input((32, 32, 1))
    mean = layers.GlobalAveragePooling2D()(radiograph)
    model = Model(radiograph, layers.Dense(1, activation="sigmoid")(mean), name="mean")
    with pytest.raises(ValueError, match="expected 'mean' to convolve or to flatten"):
        channel_arrays(model, FILMS, 5, 8)

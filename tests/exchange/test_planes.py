"""Channels scaled after they were moved to the front, to the same bits."""

import keras
import numpy as np
import pytest

from pneumoscope.exchange.core import core_graph
from pneumoscope.exchange.graph import Steps, as_model, tensor
from pneumoscope.exchange.planes import scaled_in_planes

pytest.importorskip("tf2onnx", reason="needs the extra `export`")
onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra `export`")

SCALE, OFFSET = [0.1, 0.2, 0.3], [-1.0, 0.5, 2.0]
CHANNELS_FIRST = [0, 3, 1, 2]


def graph(**outputs):
    """Scale channels by constants on either side, and move them to the front."""
    steps = Steps()
    scaled = steps("Mul", "given", steps.constant(SCALE, np.float32))
    shifted = steps("Add", steps.constant(OFFSET, np.float32), scaled)
    steps("Transpose", shifted, perm=CHANNELS_FIRST, name="turned")
    found = [tensor("turned", np.float32, ["n", 3, 4, 5])]
    if outputs:
        steps("Relu", {"scaled": scaled, "shifted": shifted}[outputs["read"]], name="read")
        found.append(tensor("read", np.float32, ["n", 4, 5, 3]))
    given = [tensor("given", np.float32, ["n", 4, 5, 3])]
    return as_model(steps.nodes, steps.constants, given, found)


def computed(model):
    images = np.random.default_rng(1).uniform(0, 255, (2, 4, 5, 3)).astype(np.float32)
    return onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"given": images})


def operations(model):
    return [node.op_type for node in model.graph.node]


def test_channels_are_scaled_in_planes_to_the_same_bits():
    before, after = graph(), graph()
    scaled_in_planes(after.graph)
    assert operations(after) == ["Transpose", "Mul", "Add"]
    assert [list(one.dims) for one in after.graph.initializer] == [[3, 1, 1]] * 2
    np.testing.assert_array_equal(*(computed(model)[0] for model in (before, after)))


@pytest.mark.parametrize(
    ("read", "order"),
    [
        ("shifted", ["Mul", "Add", "Transpose", "Relu"]),
        ("scaled", ["Mul", "Transpose", "Add", "Relu"]),
    ],
)
def test_what_others_read_stays_as_it_is(read, order):
    before, after = graph(read=read), graph(read=read)
    scaled_in_planes(after.graph)
    assert operations(after) == order
    for one, other in zip(computed(before), computed(after), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_input_of_a_backbone_is_scaled_in_planes():
    given = keras.Input((8, 8, 1))
    rgb = keras.layers.Rescaling(SCALE, offset=OFFSET)(keras.layers.Concatenate()([given] * 3))
    maps = keras.layers.Conv2D(2, 3)(rgb)
    pooled = keras.layers.GlobalAveragePooling2D()(maps)
    model = keras.Model(given, keras.layers.Dense(1, activation="sigmoid", name="score")(pooled))
    found = core_graph(model)
    first = operations(found).index("Conv")
    assert operations(found)[first - 3 : first] == ["Transpose", "Mul", "Add"]

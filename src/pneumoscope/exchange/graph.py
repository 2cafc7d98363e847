"""ONNX graphs put together: an operation a line, and parts joined end to end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    import onnx

OPSET = 18
"""The first whose Resize takes an antialiasing filter."""

IR_VERSION = 8
"""Of the release that brought the opset: older runtimes read it as well."""

FILMS, PREPARED, RADIOGRAPH = "films", "prepared", "radiograph"
SCORE, FEATURES, MAP = "score", "features", "class_activation_map"


class Steps:
    """Operations in the order in which they run; each gives the name of its result."""

    def __init__(self) -> None:
        """Begin with none."""
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def __call__(self, operation: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add an operation with one result.

        Args:
            operation: Type of ONNX's operator.
            *inputs: Names of what it takes; "" leaves an optional one out.
            name: Of the result; else one of its own.
            **attributes: As the operator has them.
        """
        from onnx import helper

        result = name or f"step_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [result], **attributes))
        return result

    def constant(self, value: ArrayLike, kind: type[np.generic] = np.int64) -> str:
        """Add a constant; 64 bit integers, unless another type is named."""
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype=kind), name))
        return name

    def cast(self, value: str, kind: type[np.generic]) -> str:
        """Convert a result to another type."""
        from onnx import helper

        return self("Cast", value, to=helper.np_dtype_to_tensor_dtype(np.dtype(kind)))


def as_model(
    nodes: Iterable[onnx.NodeProto],
    constants: Iterable[onnx.TensorProto],
    inputs: Iterable[onnx.ValueInfoProto],
    outputs: Iterable[onnx.ValueInfoProto],
) -> onnx.ModelProto:
    """Make a model of operations in the order in which they run, and have ONNX check it.

    Raises:
        onnx.checker.ValidationError: They are no graph.
    """
    from onnx import checker, helper

    graph = helper.make_graph(
        list(nodes), "pneumoscope", list(inputs), list(outputs), list(constants)
    )
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
    checker.check_model(model)
    return model


def tensor(name: str, kind: type[np.generic], shape: Sequence[int | str]) -> onnx.ValueInfoProto:
    """Describe an input or an output; a side that may be of any length has a name."""
    from onnx import helper

    return helper.make_tensor_value_info(
        name, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), shape
    )


def renamed(
    graph: onnx.GraphProto, prefix: str, known: Mapping[str, str]
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """Copy nodes and constants under names of their own, which no earlier conversion has shaped.

    Args:
        graph: Without control flow.
        prefix: Of the names, which are numbered.
        known: Old name to the new one, of what is to be found again.
    """
    names = {"": "", **known}

    def name(old: str) -> str:
        return names.setdefault(old, f"{prefix}{len(names)}")

    nodes, constants = [], []
    for node in graph.node:
        copy = type(node).FromString(node.SerializeToString())
        copy.input[:] = [name(old) for old in node.input]
        copy.output[:] = [name(old) for old in node.output]
        copy.name, copy.doc_string = "", ""
        nodes.append(copy)
    # In the order in which they are read: that of the converter hangs on addresses in memory.
    read = {old: place for place, old in enumerate(names)}
    for constant in sorted(graph.initializer, key=lambda one: read.get(one.name, len(read))):
        constants.append(type(constant).FromString(constant.SerializeToString()))
        constants[-1].name = name(constant.name)
    return nodes, constants


def average(cores: Sequence[onnx.ModelProto]) -> onnx.ModelProto:
    """Join the graphs of an ensemble's members into one that gives the mean of their scores.

    An ensemble has no head of its own, and no class activation map; its features are those of
    all members, one after the other.

    Args:
        cores: From `radiograph` to `score` and `features`; one alone is returned as it is.
    """
    if len(cores) == 1:
        return cores[0]
    steps, constants, scores, features = Steps(), [], [], []
    for number, core in enumerate(cores):
        score, own_features = f"score_{number}", f"features_{number}"
        known = {RADIOGRAPH: RADIOGRAPH, SCORE: score, FEATURES: own_features}
        nodes, own = renamed(core.graph, f"member_{number}_", known)
        steps.nodes += nodes
        constants += own
        scores.append(score)
        features.append(own_features)
    steps("Mean", *scores, name=SCORE)
    steps("Concat", *features, name=FEATURES, axis=1)
    total = sum(_length(core, FEATURES) for core in cores)
    outputs = [tensor(SCORE, np.float32, ["n", 1]), tensor(FEATURES, np.float32, ["n", total])]
    return as_model(steps.nodes, constants, cores[0].graph.input, outputs)


def chained(preparation: onnx.ModelProto, core: onnx.ModelProto) -> onnx.ModelProto:
    """Put the preprocessing before a core: from `films` to what the core gives, and `prepared`.

    Args:
        preparation: From `films` to `prepared`.
        core: From `radiograph` to `score`, `features`, and perhaps to a map.
    """
    known = {FILMS: FILMS, PREPARED: PREPARED}
    nodes, constants = renamed(preparation.graph, "preprocessing_", known)
    given = {output.name: output.name for output in core.graph.output}
    own, weights = renamed(core.graph, "core_", {RADIOGRAPH: PREPARED, **given})
    outputs = [*core.graph.output, *preparation.graph.output]
    return as_model([*nodes, *own], [*constants, *weights], preparation.graph.input, outputs)


def _length(model: onnx.ModelProto, output: str) -> int:
    """Length of the last axis of an output."""
    (found,) = (one for one in model.graph.output if one.name == output)
    return int(found.type.tensor_type.shape.dim[-1].dim_value)

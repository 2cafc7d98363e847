"""Graphs whose images are scaled plane by plane, and not pixel by pixel."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnx

_TURN = [0, 3, 1, 2]
"""From channels last, as Keras has them, to channels first, as convolutions of ONNX take them."""

_EACH = ("Mul", "Add")
"""Operations whose results are the same whichever axis the channels lie on."""


def scaled_in_planes(graph: onnx.GraphProto) -> None:
    """Have channels scaled after they were moved to the front, and not before; to the same bits.

    A backbone scales its three channels each by numbers of its own. With channels last, onnxruntime
    runs over three numbers at a time: at 160 × 160 that is an eighth of the whole time of a
    mobilenetv2.

    Args:
        graph: Without control flow, its nodes in the order in which they run; it is changed.
    """
    made = {output: node for node in graph.node for output in node.output}
    used = Counter(name for node in graph.node for name in node.input)
    used.update(output.name for output in graph.output)
    constants = {one.name: one for one in graph.initializer}
    nodes = list(graph.node)
    for turn in [node for node in nodes if _turns(node)]:
        chain: list[tuple[onnx.NodeProto, str, onnx.TensorProto]] = []
        name = turn.input[0]
        while used[name] == 1 and (step := made.get(name)) and step.op_type in _EACH:
            own = [one for one in step.input if one in constants]
            if len(own) != 1 or len(constants[own[0]].dims) != 1 or used[own[0]] != 1:
                break
            (name,) = (one for one in step.input if one not in own)
            chain.insert(0, (step, name, constants[own[0]]))
        _move(nodes, turn, chain)
    del graph.node[:]
    graph.node.extend(nodes)


def _turns(node: onnx.NodeProto) -> bool:
    return node.op_type == "Transpose" and list(node.attribute[0].ints) == _TURN


def _move(
    nodes: list[onnx.NodeProto],
    turn: onnx.NodeProto,
    chain: list[tuple[onnx.NodeProto, str, onnx.TensorProto]],
) -> None:
    """Put a transposition before the steps that lead to it; each gives what the next one gave."""
    steps = [step for step, _, _ in chain]
    results = [*(step.output[0] for step in steps), turn.output[0]]
    for step, given, constant in chain:
        constant.dims[:] = [*constant.dims, 1, 1]
        place = list(step.input).index(given)
        step.input[place] = step.output[0]
    if chain:
        turn.input[0] = chain[0][1]
    for node, result in zip([turn, *steps], results, strict=True):
        node.output[0] = result
    for step in steps:
        nodes.remove(step)
    after = nodes.index(turn) + 1
    nodes[after:after] = steps

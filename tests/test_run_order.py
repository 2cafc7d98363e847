"""All that follows from a model comes before the next one is trained, in every graph."""

from itertools import pairwise

import pytest
from kedro.pipeline import Node, Pipeline

from pneumoscope.naming import Source
from pneumoscope.pipeline_registry import Selection, create_pipelines
from pneumoscope.run_order import TRAINS, ModelByModel


def take(*given):
    return given


def made(name: str, needs: str, *tags: str) -> Node:
    return Node(take, needs.split(), name, name=f"make_{name}", tags=tags)


def order(pipeline: Pipeline) -> list[str]:
    return [node.name.removeprefix("make_") for node in ModelByModel(pipeline).nodes]


def test_a_model_is_done_with_before_the_next_is_trained():
    pipeline = Pipeline(
        [
            made("a", "films", TRAINS),
            made("a_scores", "a"),
            made("a_metrics", "a_scores"),
            made("b", "films", TRAINS),
            made("b_scores", "b"),
            made("comparison", "a_metrics b_scores"),
            made("films", "raw"),
            made("statistics", "films"),
        ]
    )
    assert order(pipeline) == [
        "films", "statistics", "a", "a_scores", "a_metrics", "b", "b_scores", "comparison"
    ]  # fmt: skip


def test_without_a_training_the_order_is_kedros():
    pipeline = Pipeline([made("z", "y"), made("y", "raw"), made("a", "raw"), made("b", "z a")])
    assert ModelByModel(pipeline).nodes == pipeline.nodes


@pytest.mark.parametrize("arms", [(), ("as_published", "by_patient")])
def test_a_whole_run_keeps_all_nodes_checks_first_and_trains_one_model_at_a_time(arms):
    selection = Selection(
        Source.PHANTOMS, ("mlp", "cnn"), {"ensemble": ("mlp", "cnn")}, arms=arms
    )  # fmt: skip
    whole = create_pipelines(selection)["__default__"]
    nodes = ModelByModel(whole).nodes
    assert set(nodes) == set(whole.nodes)
    assert len(nodes) == len(whole.nodes)
    at = {node: place for place, node in enumerate(nodes)}
    assert all(at[parent] < at[n] for n in nodes for parent in whole.node_dependencies[n])
    trained = [node for node in nodes if TRAINS in node.tags]
    assert len(trained) == 2 * max(len(arms), 1)
    weights = [place for node, place in at.items() if node.name.endswith("check_weights")]
    assert max(weights) < at[trained[0]]
    for earlier, later in pairwise(trained):
        # What needs no other model than those trained so far.
        behind = whole.from_nodes(earlier.name).nodes
        others = {name for node in trained[trained.index(later) :] for name in node.outputs}
        free = [n for n in behind if not others & whole.to_nodes(n.name).all_outputs()]
        assert free
        assert all(at[node] < at[later] for node in free)

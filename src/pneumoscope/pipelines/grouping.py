"""Nodes of a pipeline as one box in the graph."""

from collections.abc import Iterable, Sequence

from kedro.pipeline import Node, Pipeline


def grouped(
    name: str, nodes: Iterable[Node | Pipeline] | Pipeline, tags: str | Sequence[str]
) -> Pipeline:
    """Put nodes into a namespace, which `kedro viz` folds into one box; their entries keep names.

    Args:
        name: Name of the pipeline that the nodes are at home in.
        nodes: The nodes, or pipelines of them. Those in a namespace are in it within the new one.
        tags: What all of them are tagged with.
    """
    return Pipeline(nodes, namespace=name, prefix_datasets_with_namespace=False, tags=tags)

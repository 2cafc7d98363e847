"""The order of a run: all that follows from a model comes before the next one is trained."""

from functools import cached_property
from graphlib import TopologicalSorter
from itertools import chain

from kedro.pipeline import Node, Pipeline

TRAINS = "trains"
"""Tag of the nodes that wait until no other can run."""


class ModelByModel(Pipeline):
    """A pipeline that is done with a model before it trains the next; the results are the same.

    Kedro would train all of them first. So there is one model in memory at a time, what fails
    behind the first is told before hours go into the others, and its figures are drawn by other
    processes while the next is traced, which takes one core.
    """

    @cached_property
    def nodes(self) -> list[Node]:
        """The nodes, each after those that it needs; of those that can run, in Kedro's order."""
        place = {node: at for at, node in enumerate(chain.from_iterable(self.grouped_nodes))}
        sorter = TopologicalSorter(self.node_dependencies)
        sorter.prepare()
        ready, ordered = list[Node](), list[Node]()
        while sorter.is_active():
            ready += sorter.get_ready()
            first = min(ready, key=lambda node: (TRAINS in node.tags, place[node]))
            ready.remove(first)
            sorter.done(first)
            ordered.append(first)
        return ordered

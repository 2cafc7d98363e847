"""Where a run's time went, by what its log lines say."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pneumoscope.naming import Source
from pneumoscope.pipeline_registry import Selection, create_pipelines

_COMPLETED = re.compile(r"^(\d\d):(\d\d):(\d\d) INFO +Completed node: (\S+)", re.MULTILINE)
_DAY = 24 * 60 * 60
_PROBE = "choose_precision"
_OF_MANY = ("__default__", "inference")


def seconds_by_pipeline(log: str, architectures: Sequence[str]) -> dict[str, int]:
    """Sum up what each pipeline's nodes took, the first completed node excepted.

    Log lines tell whole seconds; what is rounded off one node is added to the next.

    Args:
        log: The log of a sequential `kedro run`, with a line for every node that is completed.
        architectures: The models of that run.

    Returns:
        Seconds by pipeline, most first; the precision probes of training stand for themselves.

    Raises:
        ValueError: The log tells of no node.
    """
    names = tuple(architectures)
    ensembles = {"ensemble": names} if len(names) > 1 else {}
    created = create_pipelines(Selection(Source.FOLDER, names, ensembles))
    # Without its namespace a node tells the pipeline just as well, and ensembles may have any name.
    pipeline_of = {
        _local(node.name): name
        for name, pipeline in created.items()
        if name not in _OF_MANY
        for node in pipeline.nodes
    }
    ends = [
        (int(hours) * 3600 + int(minutes) * 60 + int(seconds), node)
        for hours, minutes, seconds, node in _COMPLETED.findall(log)
    ]
    if not ends:
        raise ValueError(f"expected a log with lines 'Completed node: …', received {log[-300:]!r}")
    spent: Counter[str] = Counter()
    for (began, _), (ended, node) in pairwise(ends):
        group = "precision probes" if _local(node) == _PROBE else pipeline_of[_local(node)]
        spent[group] += (ended - began) % _DAY
    return dict(spent.most_common())


def _local(name: str) -> str:
    return name.rpartition(".")[2]

"""A runner that has whole namespaces, such as an architecture or a seed, run side by side."""

import logging
import os
import shutil
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kedro.io import CatalogProtocol
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner

from pneumoscope.engine import engine_in_use
from pneumoscope.node_group import NodeGroup, hand_over, run_on_worker, sent_variables
from pneumoscope.run_order import ModelByModel

if TYPE_CHECKING:
    from pneumoscope.cluster import Cluster
    from pneumoscope.session import CheckedSession

logger = logging.getLogger(__name__)

Spaces = Mapping[Node, str | None]
"""Each node, and the model, ensemble or protocol that it is of."""

FOLDER = ".side_by_side"
"""Folder of the results by which entries in memory cross from process to process."""


class SideBySideRunner(SequentialRunner):
    """Kedro's sequential runner, model by model; on a cluster, namespaces are tasks of it.

    A namespace's nodes run, as many as can be, in one process that a worker starts. All others
    run here meanwhile. Nodes and results are those of the sequential runner.

    Args:
        session: The session that runs.
        load_versions: Versions that are loaded, by entry.
        is_async: As of the sequential runner.
    """

    def __init__(
        self,
        session: "CheckedSession",
        load_versions: Mapping[str, str] | None = None,
        is_async: bool = False,
    ) -> None:
        """Remember what other processes have to be told."""
        super().__init__(is_async=is_async)
        self._session, self._load_versions = session, load_versions or {}

    def _run(
        self,
        pipeline: Pipeline,
        catalog: CatalogProtocol,
        hook_manager: Any = None,
        run_id: str | None = None,
    ) -> None:
        here = partial(super()._run, catalog=catalog, hook_manager=hook_manager, run_id=run_id)
        cluster = cast("Cluster | None", engine_in_use())
        spaces = self._spaces(pipeline) if cluster is not None else {}
        if cluster is None or len(set(spaces.values()) - {None}) < 2:
            here(ModelByModel(pipeline))
            return
        folder = self._results() / FOLDER
        shutil.rmtree(folder, ignore_errors=True)
        try:
            crossing = _crossing_in_memory(spaces, catalog)
            files = {name: str(folder / f"{n:04d}.pickle") for n, name in enumerate(crossing)}
            hand_over(catalog, files)
            group = partial(self._group, files=files, version=str(run_id))
            _run_side_by_side(pipeline, catalog, cluster, spaces, here, group)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _results(self) -> Path:
        context = self._session.loaded
        return Path(context.project_path) / context.config_loader["globals"]["results"]

    def _spaces(self, pipeline: Pipeline) -> Spaces:
        """Tell of which model, ensemble or protocol each node is; None of all others."""
        parameters = self._session.loaded.config_loader["parameters"]
        arms = (parameters.get("study") or {}).get("arms") or ()
        names = {*parameters["architectures"], *(parameters.get("ensembles") or ()), *arms}
        outer = {node: (node.namespace or "").split(".")[0] for node in pipeline.nodes}
        return {node: space if space in names else None for node, space in outer.items()}

    def _group(
        self, name: str, nodes: list[Node], files: Mapping[str, str], version: str
    ) -> NodeGroup:
        entries = {entry for node in nodes for entry in (*node.inputs, *node.outputs)}
        session = self._session
        return NodeGroup(
            name=name,
            nodes=[node.name for node in nodes],
            project=str(session._project_path),
            conf_source=str(session._conf_source),
            env=session.store.get("env"),
            runtime_params=session.store.get("runtime_params") or {},
            load_versions=dict(self._load_versions),
            save_version=version,
            handed_over={entry: file for entry, file in files.items() if entry in entries},
            variables=sent_variables(os.environ),
        )


def _run_side_by_side(
    pipeline: Pipeline,
    catalog: CatalogProtocol,
    cluster: "Cluster",
    spaces: Spaces,
    here: Any,
    group: Any,
) -> None:
    """Hand out what can run of each namespace, and run here what else can, until all is done."""
    waiting, done = list(pipeline.nodes), set[Node]()
    running: dict[Any, tuple[str, list[Node]]] = {}
    parents = pipeline.node_dependencies
    try:
        while waiting or running:
            busy = {name for name, _ in running.values()}
            asking = dict.fromkeys(filter(None, (spaces[node] for node in waiting)))
            for name in [space for space in asking if space not in busy]:
                of_it = [node for node in waiting if spaces[node] == name]
                if nodes := _runnable(of_it, done, parents):
                    call = partial(run_on_worker, group(name, nodes))
                    running[cluster.submit(call, name, whole=True)] = (name, nodes)
                    waiting = [node for node in waiting if node not in nodes]
                    logger.info("%s: %d steps were handed to the cluster", name, len(nodes))
            if nodes := _runnable([n for n in waiting if spaces[n] is None], done, parents):
                here(Pipeline(nodes))
                done |= set(nodes)
                waiting = [node for node in waiting if node not in nodes]
                continue
            for future in cluster.first_done(list(running)):
                name, nodes = running.pop(future)
                cluster.result(future)
                _see_what_was_saved(nodes, catalog)
                done |= set(nodes)
                logger.info("%s: %d steps done on the cluster", name, len(nodes))
    finally:
        cluster.cancel(list(running))


def _runnable(
    waiting: list[Node], done: set[Node], parents: Mapping[Node, set[Node]]
) -> list[Node]:
    """Return the nodes of one place that need none but their own before them, in their order."""
    chosen: list[Node] = []
    for node in waiting:
        if parents[node] <= done | set(chosen):
            chosen.append(node)
    return chosen


def _crossing_in_memory(spaces: Spaces, catalog: CatalogProtocol) -> list[str]:
    """Return the entries without a file that nodes of a namespace take or give, or turns here.

    Nodes of one namespace may run in two processes, one after the other.
    """
    nodes = [node for node, space in spaces.items() if space]
    entries = {entry for node in nodes for entry in (*node.inputs, *node.outputs)}
    entries |= _read_in_turns(spaces)
    return sorted(
        entry
        for entry in entries
        if not entry.startswith("params:") and getattr(catalog.get(entry), "_EPHEMERAL", False)
    )


def _read_in_turns(spaces: Spaces) -> set[str]:
    """Return the entries whose readers wait for different nodes of namespaces, and so run in turns.

    After a turn here Kedro releases what was read in it.
    """
    parents = Pipeline(list(spaces)).node_dependencies
    waits: dict[Node, set[Node]] = {}
    turns: dict[str, set[frozenset[Node]]] = defaultdict(set)
    for node in spaces:  # parents first
        own = {parent for parent in parents[node] if spaces[parent]}
        waits[node] = own.union(*(waits[parent] for parent in parents[node]))
        for entry in node.inputs:
            turns[entry].add(frozenset(waits[node]))
    made = {entry for node in spaces for entry in node.outputs}
    return {entry for entry in made if len(turns[entry]) > 1}


def _see_what_was_saved(nodes: list[Node], catalog: CatalogProtocol) -> None:
    for entry in {entry for node in nodes for entry in node.outputs}:
        # What was asked for earlier may have remembered an older version.
        dataset: Any = catalog.get(entry)
        if not getattr(dataset, "_EPHEMERAL", False):
            dataset.release()

"""A run checked before it begins: every name in it is borne by something, every input is there."""

from collections.abc import Iterable, Mapping
from inspect import signature
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.io import AbstractVersionedDataset, CatalogProtocol
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner

from pneumoscope.errors import InputError, did_you_mean
from pneumoscope.released_memory import collected_later
from pneumoscope.side_by_side import SideBySideRunner


class CheckedSession(KedroSession):
    """Kedro's session, which also refuses names that no node, tag or entry of the run bears.

    Kedro passes over a tag that does not exist if another does, and takes a version of any entry
    that fits a pattern, even if the run loads no such entry.
    """

    _asked: Mapping[str, Any] | None = None
    loaded: KedroContext
    """Context of the run."""

    def run(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Run a pipeline, as Kedro does, once all that the request names is known."""
        bound = signature(super().run).bind(*arguments, **named).arguments
        self._asked, runner = bound, bound.get("runner")
        if runner is None or type(runner) is SequentialRunner:
            is_async = runner is not None and runner._is_async
            bound["runner"] = SideBySideRunner(self, bound.get("load_versions"), is_async)
        with collected_later():
            return super().run(**bound)

    def load_context(self) -> KedroContext:
        """Return the context; only it knows the environment, and so which pipelines there are."""
        self.loaded = super().load_context()
        if self._asked is not None:
            check_request(self._asked, pipelines)
        return self.loaded


def check_request(asked: Mapping[str, Any], registered: Mapping[str, Pipeline]) -> None:
    """Refuse a run that names what is not there.

    Args:
        asked: Arguments of `KedroSession.run` by name.
        registered: All pipelines by name.

    Raises:
        InputError: No pipeline, tag, namespace, node or entry bears one of the names.
    """
    one = asked.get("pipeline_name")
    names = [one] if one else asked.get("pipeline_names") or ["__default__"]
    _require("--pipelines", names, registered)
    if "external" in names and not registered["external"].nodes:
        raise InputError(
            "a site of an external test",
            "none",
            "Name its folder: --params external.<site>=<folder>, or `external` in "
            "conf/<environment>.",
        )
    chosen = sum((registered[name] for name in names), Pipeline([]))
    nodes, entries = [node.name for node in chosen.nodes], chosen.datasets()
    _require("--tags", asked.get("tags"), {tag for node in chosen.nodes for tag in node.tags})
    _require("--namespaces", asked.get("namespaces"), _namespaces(chosen))
    for option in ("node_names", "from_nodes", "to_nodes"):
        _require(f"--{option}".replace("node_names", "nodes"), asked.get(option), nodes)
    for option in ("from_inputs", "to_outputs"):
        _require(f"--{option}", asked.get(option), entries)
    loaded = {name for name in chosen.inputs() if not name.startswith("params:")}
    _require("--load-versions", asked.get("load_versions"), loaded, "entries that this run loads")


def check_inputs(
    names: Iterable[str],
    pipeline: Pipeline,
    catalog: CatalogProtocol,
    registered: Mapping[str, Pipeline],
) -> None:
    """Refuse a run that reads what another node has yet to make.

    Args:
        names: The pipelines that were asked for.
        pipeline: The nodes of them that shall run.
        catalog: Their entries.
        registered: All pipelines by name.

    Raises:
        InputError: An input is not there, on disk or in memory.
    """
    makers = {
        output: node
        for whole in registered.values()
        for node in whole.nodes
        for output in node.outputs
    }
    missing = _missing(pipeline.inputs(), makers, catalog)
    if not missing:
        return
    name = missing[0]
    reader = next(node.name for node in pipeline.nodes if name in node.inputs)
    place = catalog[name]._describe().get("filepath")
    raise InputError(
        f"`{name}`, which {reader} reads and {makers[name].name} makes",
        f"nothing at {place}" if place else "nothing, since it is only ever kept in memory",
        _earlier(missing, makers, catalog, {one: registered[one] for one in names}, registered),
    )


def check_versions(
    asked: Mapping[str, str] | None, pipeline: Pipeline, catalog: CatalogProtocol
) -> None:
    """Refuse versions of entries that the run does not load, and versions that are not there.

    Raises:
        InputError: An entry is not loaded, has no versions, or not this one.
    """
    for name, version in (asked or {}).items():
        versioned = {entry for entry in pipeline.inputs() if _versioned(catalog, entry)}
        _require("--load-versions", [name], versioned, "entries with versions that this run loads")
        dataset: Any = catalog.get(name)
        if not dataset.exists():
            known = dataset.list_versions(full_path=False)
            raise InputError(f"a version of `{name}`", f"'{version}'", did_you_mean(version, known))


def _require(
    option: str, names: Iterable[str] | None, known: Iterable[str], what: str = "names that exist"
) -> None:
    option, everything = option.replace("_", "-"), set(known)
    for name in names or ():
        if name not in everything:
            inside = sorted(one for one in everything if one.endswith(f".{name}"))
            near = f"Did you mean {' or '.join(inside)}?" if inside else None
            raise InputError(
                f"{what}, in {option}", f"'{name}'", near or did_you_mean(name, everything)
            )


def _namespaces(pipeline: Pipeline) -> set[str]:
    parts = [node.namespace.split(".") for node in pipeline.nodes if node.namespace]
    return {".".join(part[:end]) for part in parts for end in range(1, len(part) + 1)}


def _versioned(catalog: CatalogProtocol, name: str) -> bool:
    dataset = None if name.startswith("params:") else catalog.get(name)
    return isinstance(dataset, AbstractVersionedDataset) and dataset._version is not None


def _missing(
    names: Iterable[str], makers: Mapping[str, Node], catalog: CatalogProtocol
) -> list[str]:
    return sorted(name for name in names if name in makers and not catalog.exists(name))


def _earlier(
    missing: Iterable[str],
    makers: Mapping[str, Node],
    catalog: CatalogProtocol,
    asked: Mapping[str, Pipeline],
    registered: Mapping[str, Pipeline],
) -> str:
    """Say where to begin so that all that is missing is made, and what that needs in its turn."""
    lacks: dict[Node, list[str]] = {}
    wanted = list(missing)
    while wanted:
        node = makers[wanted.pop()]
        if node not in lacks:
            lacks[node] = _missing(node.inputs, makers, catalog)
            wanted += lacks[node]
    if set(lacks) <= {node for pipeline in asked.values() for node in pipeline.nodes}:
        first = sorted(node.name for node, lacking in lacks.items() if not lacking)
        return f"Begin earlier: --from-nodes={','.join(first)}"
    before = [
        name
        for name, pipeline in registered.items()
        if name != "__default__" and set(pipeline.nodes) & set(lacks)
    ]
    return f"Run first, with the same --env and --params: kedro run --pipelines={','.join(before)}"

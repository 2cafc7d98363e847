"""What a run says before it begins: what, on what, and how long the same run took before."""

import hashlib
import json
import logging
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from pneumoscope import __version__
from pneumoscope.counts import counted
from pneumoscope.datasets.atomic import replacing
from pneumoscope.datasets.run_facts import RunFactsDataset
from pneumoscope.naming import Source
from pneumoscope.progress import duration

logger = logging.getLogger(__name__)

TIMES = ".run_times.json"
"""File in the folder of results: seconds of earlier runs, by what they ran."""

KEPT = 50
"""Runs whose seconds are kept."""

NEW = "new_radiographs"
"""Entry of the radiographs that are predicted."""

_SITE = re.compile(r"external\.([^.]+)\.radiographs")


class HeaderHooks:
    """Says what a run does, and times it."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember what the run was configured by."""
        self._context = context

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
    ) -> None:
        """Print the header and start the clock, once no other hook has refused the run."""
        parameters = self._context.config_loader["parameters"]
        self._key = key(pipeline, parameters, catalog)
        # It is unknown which nodes are left out, or go on from a checkpoint.
        whole = not run_params.get("only_missing_outputs") and not _resumes(pipeline, catalog)
        for line in header(run_params, pipeline, catalog, parameters, self._results):
            logger.info(line)
        seconds = _times(self._results).get(self._key) if whole else None
        if seconds is not None:
            logger.info("The last run like this one took %s on this machine", duration(seconds))
        self._begun = monotonic() if whole else None
        facts = catalog.get("run_facts") if "run_facts" in pipeline.datasets() else None
        if isinstance(facts, RunFactsDataset):
            facts.begin(Path(self._context.project_path), run_params.get("env"))

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Keep how long it took, for the next header."""
        if self._begun is None or not self._results.is_dir():
            return
        times = {name: took for name, took in _times(self._results).items() if name != self._key}
        times[self._key] = round(monotonic() - self._begun, 1)
        with replacing(self._results / TIMES) as file:
            file.write_text(json.dumps(dict(list(times.items())[-KEPT:])), encoding="utf-8")

    @property
    def _results(self) -> Path:
        results = self._context.config_loader["globals"]["results"]
        return Path(self._context.project_path) / results


def header(
    run_params: Mapping[str, Any],
    pipeline: Pipeline,
    catalog: CatalogProtocol,
    parameters: Mapping[str, Any],
    results: Path,
) -> list[str]:
    """Say in two lines what runs, and on what.

    Args:
        run_params: What Kedro was asked for.
        pipeline: The nodes that run.
        catalog: Their entries.
        parameters: Of the environment.
        results: Folder of the results.
    """
    count = len(pipeline.nodes)
    steps = counted(count, "step")
    if run_params.get("only_missing_outputs"):
        steps = f"those of {steps} whose outputs are missing"
    spaces = {node.namespace for node in pipeline.nodes}
    models = [name for name in parameters["architectures"] if name in spaces]
    of = f", models {', '.join(models)}" if models else ""
    environment = run_params.get("env") or "base"
    return [
        f"Pneumoscope {__version__}, environment {environment}: {steps}{of}",
        f"On {_films(pipeline, catalog, parameters)}; results go to {results}",
    ]


def key(pipeline: Pipeline, parameters: Mapping[str, Any], catalog: CatalogProtocol) -> str:
    """Name what a run does on this machine: equal for runs that may be expected to take as long."""
    folders = [_place(catalog, name) for name in ("radiographs", NEW, *_sites(pipeline).values())]
    nodes = sorted(node.name for node in pipeline.nodes)
    of = [__version__, platform.node(), nodes, parameters, folders]
    return hashlib.sha256(json.dumps(of, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _films(pipeline: Pipeline, catalog: CatalogProtocol, parameters: Mapping[str, Any]) -> str:
    entries, sites = pipeline.datasets(), _sites(pipeline)
    read = [
        *([_radiographs(catalog, parameters)] if "radiographs" in entries else []),
        *([f"the new radiographs of {_place(catalog, NEW)}"] if NEW in entries else []),
        *(f"site {site}: {_place(catalog, entry)}" for site, entry in sorted(sites.items())),
    ]
    return "; ".join(read) or "what earlier runs have left"


def _radiographs(catalog: CatalogProtocol, parameters: Mapping[str, Any]) -> str:
    source = Source(parameters["fetch"]["source"])
    if source is Source.PHANTOMS:
        return "phantoms, drawn by a program"
    if source is Source.ARCHIVE:
        return "the published radiographs (Kermany 2018)"
    return f"the radiographs of {_place(catalog, 'radiographs')}"


def _sites(pipeline: Pipeline) -> dict[str, str]:
    """Return the sites whose films are read, each with its entry."""
    found = map(_SITE.fullmatch, sorted(pipeline.datasets()))
    return {match[1]: match[0] for match in found if match}


def _place(catalog: CatalogProtocol, name: str) -> str:
    dataset: Any = catalog.get(name)
    return str(dataset._describe().get("filepath", "")) if dataset is not None else ""


def _resumes(pipeline: Pipeline, catalog: CatalogProtocol) -> bool:
    from pneumoscope.datasets.checkpoint import CheckpointDataset

    datasets = (catalog.get(name) for name in pipeline.inputs())
    found = (one.load() for one in datasets if isinstance(one, CheckpointDataset))
    return any(folder.there() for folder in found)


def _times(results: Path) -> dict[str, float]:
    try:
        found = json.loads((results / TIMES).read_text(encoding="utf-8"))
        return {str(name): float(seconds) for name, seconds in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}  # it only foretells

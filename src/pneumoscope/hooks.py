"""What happens around a run: the graph fitted to its environment, and its results named."""

import logging
import os
import re
from pathlib import Path
from typing import Any, cast

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import AbstractDataset, CatalogProtocol, DataCatalog
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner

from pneumoscope.configuration import LayeredConfigLoader, site_places
from pneumoscope.datasets.atomic import AtomicSave
from pneumoscope.errors import InputError
from pneumoscope.repeated_lines import RepeatedLines
from pneumoscope.results_lock import ResultsLock
from pneumoscope.session import check_inputs, check_versions
from pneumoscope.side_by_side import SideBySideRunner
from pneumoscope.surroundings import check_results, check_variables

logger = logging.getLogger(__name__)


class SelectionHooks:
    """Check every parameter, and fit the graph to what the environment chooses."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Hand the registry what the parameters, --params among them, select."""
        from pneumoscope.options.reading import read_parameters

        check_variables(os.environ)
        loader = cast(LayeredConfigLoader, context.config_loader)
        check_results(loader["globals"]["results"], context.project_path)
        options = read_parameters(loader["parameters"], loader)
        # A second of imports, which a misspelt parameter need not wait for.
        from pneumoscope.pipeline_registry import Selection, select

        select(Selection.of(options))


class ExternalHooks:
    """Give the catalog the places of the sites, which stand in a parameter."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember where relative paths start."""
        self._project = Path(context.project_path)

    @hook_impl
    def after_catalog_created(
        self, catalog: DataCatalog, conf_creds: dict[str, Any], parameters: dict[str, Any]
    ) -> None:
        """Fill each site's folder and table into the entries that the catalog has for all."""
        for site, named in (parameters["parameters"].get("external") or {}).items():
            if named is None:
                continue
            folder, table = site_places(named, self._project)
            filled: dict[str, dict[str, Any]] = {
                "radiographs": {"filepath": folder},
                "labels": {"folder": folder, "table": table},
            }
            if "://" in folder:
                # Where there are no credentials of the site's name, those of `films`.
                for own in filled.values():
                    own["credentials"] = conf_creds.get(site, conf_creds["films"])
            for kind, own in filled.items():
                name = f"external.{site}.{kind}"
                entry = catalog.config_resolver.resolve_pattern(name)
                catalog[name] = AbstractDataset.from_config(name, {**entry, **own})


_RUNNERS = (SequentialRunner, SideBySideRunner)


class RunnerHooks:
    """Refuse runners under which results differ or data cannot pass."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
    ) -> None:
        """Let nothing but Kedro's sequential runner begin; register after `LockHooks`.

        Raises:
            InputError: Another runner was asked for.
        """
        del pipeline, catalog
        runner = str(run_params.get("runner"))
        # A run that names no runner gets the sequential one.
        if runner != "None" and not any(one.__name__ in runner for one in _RUNNERS):
            raise InputError(
                "the SequentialRunner: models that train at a time share Keras's random numbers "
                "and come out otherwise, and most data do not pass between processes",
                # Kedro names the instance with its address.
                re.sub(r"<(?:\w+\.)*(\w+) object at .*>", r"\1", runner),
                "Leave --runner out; reading and training use all cores by themselves.",
            )


class InputHooks:
    """Refuse a run that loads what is not there."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
    ) -> None:
        """Check versions and inputs; register after `LockHooks`.

        Raises:
            InputError: Something that the run loads is not there, on disk or in memory.
        """
        from pneumoscope.datasets.dicom_archive import DicomArchiveDataset
        from pneumoscope.datasets.dicom_results import DicomResultsDataset
        from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset

        check_versions(run_params["load_versions"], pipeline, catalog)
        check_inputs(run_params["pipeline_names"] or ["__default__"], pipeline, catalog, pipelines)
        for name in pipeline.inputs():
            dataset = catalog.get(name)
            # A folder of the user's own, which no node makes.
            if isinstance(dataset, RadiographFolderDataset):
                dataset.require()
        for name in pipeline.all_outputs():
            dataset = catalog.get(name)
            # What cannot be written is said before hours of work, not behind them.
            if isinstance(dataset, DicomResultsDataset | DicomArchiveDataset):
                dataset.require()


class LockHooks:
    """Let one run at a time write into a folder of results, after what a killed one left."""

    def __init__(self) -> None:
        """Hold no lock."""
        self._lock = ResultsLock()

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember where the results lie."""
        self._context = context

    @hook_impl(tryfirst=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
    ) -> None:
        """Take the lock and clear up beside the run's entries; what only reads needs none."""
        del run_params
        saved = [catalog.get(name) for name in pipeline.all_outputs()]
        if all(getattr(dataset, "_EPHEMERAL", True) for dataset in saved):
            return
        results = self._context.config_loader["globals"]["results"]
        self._lock.take(Path(self._context.project_path) / results)
        for name in pipeline.datasets():
            dataset = catalog.get(name)
            if isinstance(dataset, AtomicSave):
                dataset.settle()

    @hook_impl(trylast=True)
    def after_pipeline_run(self) -> None:
        """Let the next run in."""
        self._lock.release()

    @hook_impl(trylast=True)
    def on_pipeline_error(self) -> None:
        """Let the next run in."""
        self._lock.release()


class CheckpointHooks:
    """Clear away what trainings would have gone on from."""

    trains = False
    """Whether the run that was begun last may train, and so leave checkpoints where it stops."""

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Note whether the run trains."""
        from pneumoscope.datasets.checkpoint import CheckpointDataset

        entries = (catalog.get(name) for name in pipeline.inputs())
        type(self).trains = any(isinstance(one, CheckpointDataset) for one in entries)

    @hook_impl
    def after_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
    ) -> None:
        """Remove the checkpoints that this run used; only a run that ended well gets here.

        Until then those of finished trainings stay as well: a run that is stopped at the third
        model need not train the first two again.
        """
        from pneumoscope.datasets.checkpoint import CheckpointDataset

        del run_params
        for name in pipeline.inputs():
            dataset = catalog.get(name)
            if isinstance(dataset, CheckpointDataset):
                dataset.load().remove()


class LogHooks:
    """Show what libraries repeat once, and then say how often."""

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Count in every handler, and send the warnings of Python the way of log lines."""
        logging.captureWarnings(True)
        self._repeated = RepeatedLines()
        for handler in logging.root.handlers:
            handler.addFilter(self._repeated)

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Say how often."""
        self._end()

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Say how often."""
        self._end()

    def _end(self) -> None:
        logging.captureWarnings(False)
        for handler in logging.root.handlers:
            handler.removeFilter(self._repeated)
        for sentence in self._repeated.counted():
            logger.warning(sentence)


class SummaryHooks:
    """End a run by naming what to open."""

    @hook_impl
    def after_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
    ) -> None:
        """Name the report or the predictions, if this run wrote them."""
        del run_params
        for name, label in (("report", "report"), ("predictions", "predictions"),
                           ("predictions_page", "predictions as a page")):  # fmt: skip
            if name in pipeline.all_outputs():
                logger.info("Open the %s: %s", label, catalog[name]._describe()["filepath"])
        for name in pipeline.all_outputs():
            if name.endswith((".exported_model", ".bundle", ".litert", ".web_page")):
                logger.info("Exported: %s", catalog[name]._describe()["filepath"])

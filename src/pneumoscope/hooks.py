"""What happens around a run: the graph fitted to its environment, and its results named."""

import logging
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

logger = logging.getLogger(__name__)


class SelectionHooks:
    """Fit the graph to the sources and architectures that the environment chooses."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Hand the registry what this environment's parameters, and --params, select."""
        from pneumoscope.pipeline_registry import Selection, select

        select(Selection.from_parameters(context.config_loader["parameters"]))


class SummaryHooks:
    """End a run by naming what to open."""

    @hook_impl
    def after_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
    ) -> None:
        """Name the report, if this run wrote it."""
        del run_params
        if "report" in pipeline.all_outputs():
            logger.info("Open the report: %s", catalog["report"]._describe()["filepath"])

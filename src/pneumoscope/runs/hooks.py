"""Puts on record what a run was run with, where it evaluated models."""

import time
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.pipeline import Pipeline

from pneumoscope.run_facts import run_facts
from pneumoscope.runs.record import RunRecord, flattened, write_record

TABLE = "comparison"
"""Entry that ends an evaluation."""


class RecordHooks:
    """Writes the record of a run beside the table of its models."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember what the run was configured by."""
        self._context = context

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Start the clock."""
        self._begun = time.monotonic()

    @hook_impl
    def after_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline) -> None:
        """Write, if this run has made the table."""
        if TABLE not in pipeline.all_outputs():
            return
        project, loader = Path(self._context.project_path), self._context.config_loader
        seconds = round(time.monotonic() - self._begun, 1)
        facts = run_facts(project, run_params.get("env"), seconds)
        record = RunRecord(facts, flattened(loader["parameters"]))
        write_record(project / loader["globals"]["results"], record)

"""Sends a run to an MLflow server while it goes on, where MLFLOW_TRACKING_URI names one."""

import atexit
import logging
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from pneumoscope.run_facts import run_facts
from pneumoscope.runs.record import RunRecord, flattened
from pneumoscope.runs.tracking import EXPERIMENT, URI, TrackedSession, shown, why

logger = logging.getLogger(__name__)

_SENT = re.compile(r".+\.(history|metrics|contract)|report")
"""Entries that are sent."""


class TrackingHooks:
    """One parent run a session, one child run a model; a failure to send never fails a run."""

    def __init__(self) -> None:
        """Track nothing."""
        self._session: TrackedSession | None = None
        atexit.register(self._close, "KILLED")

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember what the run was configured by."""
        self._context = context

    @hook_impl(tryfirst=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
    ) -> None:
        """Begin the parent run; register after `LockHooks`.

        Raises:
            InputError: The server takes no run: better told now than after hours.
        """
        self._close("KILLED")  # of a run that was stopped, or that another hook refused
        self._failed = False
        self._uri, self._catalog = os.environ.get(URI, ""), catalog
        self._waiting = set(_sent(pipeline)) if self._uri else set()
        if not self._waiting:
            return
        self._parameters = self._context.config_loader["parameters"]
        env = run_params.get("env")
        record = RunRecord(
            run_facts(Path(self._context.project_path), env, None), flattened(self._parameters)
        )
        named = ", ".join(run_params.get("pipeline_names") or [])
        name = ": ".join(filter(None, [record.facts.environment, named]))
        experiment = os.environ.get(EXPERIMENT) or "pneumoscope"
        self._session = TrackedSession.begin(self._uri, experiment, name, record)
        logger.info(
            "Tracked at %s: parameters, curves, metrics, contracts and the report, which shows "
            "radiographs", shown(self._uri),
        )  # fmt: skip

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Send what has just been saved."""
        if self._session is not None and dataset_name in self._waiting and not self._failed:
            self._try(dataset_name, lambda: data)

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Send what a cluster saved or the server missed, and end the runs."""
        if self._session is None:
            return
        self._failed = False
        for name in sorted(self._waiting):
            if not self._failed:
                self._try(name, partial(self._catalog.load, name))
        if self._waiting:
            missing = ", ".join(sorted(self._waiting))
            logger.warning("Not tracked: %s; all of it is among the results", missing)
        else:
            logger.info("Tracked: %s", self._session.address())
        self._close("FINISHED")

    @hook_impl
    def on_pipeline_error(self) -> None:
        """End the runs as failed."""
        self._close("FAILED")

    def _try(self, name: str, read: Callable[[], Any]) -> None:
        try:
            self._send(name, read())
        except Exception as error:
            # Asking again and again would hold up the run.
            self._failed = True
            logger.warning("The server %s did not take %s (%s); the run goes on, and at its end "
                           "what is missing is sent again", shown(self._uri), name,
                           why(error, self._uri))  # fmt: skip
        else:
            self._waiting.remove(name)

    def _send(self, name: str, data: Any) -> None:
        # pandas and all that evaluates, which a command that runs nothing need not wait for.
        from pneumoscope.runs import tracked

        assert self._session is not None
        if name == "report":
            self._session.send_file(self._file(name))
            return
        model, _, what = name.rpartition(".")
        if what == "contract":
            self._session.send_file(self._file(name), model)
            return
        own = tracked.model_parameters(model, self._parameters)
        if what == "history":
            values, kept = tracked.curves(data), tracked.kept_epoch(data)
            self._session.send_curves(model, values, kept, own)
        else:
            note = tracked.model_note(model, data)
            self._session.send_metrics(model, tracked.measurements(data), note, own)

    def _file(self, name: str) -> Path:
        dataset: Any = self._catalog.get(name)
        return Path(dataset._get_load_path())

    def _close(self, status: str) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        try:
            session.end(status)
        except Exception as error:
            logger.warning("The run stays open at %s: %s", shown(self._uri), why(error, self._uri))


def _sent(pipeline: Pipeline) -> Iterator[str]:
    return filter(_SENT.fullmatch, pipeline.all_outputs())

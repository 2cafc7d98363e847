"""A session on an MLflow server: one parent run, and in it one child run a model."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pneumoscope import NOTICE
from pneumoscope.errors import InputError
from pneumoscope.extras import needs_extra
from pneumoscope.runs.record import RunRecord

if TYPE_CHECKING:
    from pneumoscope.runs.tracked import Value

URI = "MLFLOW_TRACKING_URI"
"""Environment variable: the server. It alone switches tracking on."""

EXPERIMENT = "MLFLOW_EXPERIMENT_NAME"
"""Environment variable: the experiment that runs go to."""

_NOTE = "mlflow.note.content"
_PARENT = "mlflow.parentRunId"

# MLflow's own wait minutes for a server that is not there, at every request.
_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


class TrackedSession:
    """One session of Kedro on a server.

    Args:
        client: `mlflow.MlflowClient` of the server.
        uri: Its address.
        experiment: Identity of the experiment.
        parent: Identity of the parent run.
    """

    def __init__(self, client: Any, uri: str, experiment: str, parent: str) -> None:
        """Have no child yet."""
        self._client, self._uri, self._experiment, self._parent = client, uri, experiment, parent
        self._children: dict[str, str] = {}

    @classmethod
    def begin(cls, uri: str, experiment: str, name: str, record: RunRecord) -> TrackedSession:
        """Reach the server and begin the parent run, with all that the session is run with.

        Args:
            uri: Of the server.
            experiment: Its name; made where there is none.
            name: Of the run.
            record: Facts and parameters. The parameters are sent as such, everything as `run.json`.

        Raises:
            InputError: The extra is missing, or the server takes no run.
        """
        for variable, value in _PATIENCE.items():
            os.environ.setdefault(variable, value)
        with needs_extra("tracking"):
            from mlflow import MlflowClient
        with _refused(uri):
            client = MlflowClient(uri)
            known = client.get_experiment_by_name(experiment)
            identity = known.experiment_id if known else client.create_experiment(experiment)
            parent = client.create_run(identity, run_name=name, tags={_NOTE: NOTICE})
            session = cls(client, uri, identity, parent.info.run_id)
            try:
                session._describe(record)
            except Exception:
                with suppress(Exception):
                    session.end("FAILED")
                raise
        return session

    def send_curves(self, model: str, values: Sequence[Value], kept: int, own: Mapping) -> None:
        """Send the history of a training.

        Args:
            model: Its name.
            values: By epoch.
            kept: The epoch whose weights the model has.
            own: Parameters of the model; MLflow takes the same ones again.
        """
        self._log(self._child(model), values, own, {"kept epoch": kept})

    def send_metrics(self, model: str, values: Sequence[Value], note: str, own: Mapping) -> None:
        """Send what was measured of a model, and what stands above it."""
        self._log(self._child(model), values, own, {_NOTE: note})

    def send_file(self, file: Path, model: str | None = None) -> None:
        """Send a file of a model, or of the whole session."""
        run = self._parent if model is None else self._child(model)
        self._client.log_artifact(run, str(file))

    def end(self, status: str) -> None:
        """End all runs: FINISHED, FAILED or KILLED."""
        for run in (*self._children.values(), self._parent):
            self._client.set_terminated(run, status)

    def address(self) -> str:
        """Return where a browser shows the session; the store's own address where none does."""
        place = shown(self._uri)
        if not place.startswith("http"):
            return place
        return f"{place.rstrip('/')}/#/experiments/{self._experiment}/runs/{self._parent}"

    def _describe(self, record: RunRecord) -> None:
        facts = asdict(record.facts)
        facts |= {f"version of {one}": found for one, found in facts.pop("packages").items()}
        self._log(self._parent, parameters=record.parameters, tags=facts)
        # Now, so that a store that takes no file is told before anything is computed.
        self._client.log_dict(self._parent, asdict(record), "run.json")

    def _child(self, model: str) -> str:
        if model not in self._children:
            run = self._client.create_run(
                self._experiment, run_name=model, tags={_PARENT: self._parent}
            )
            self._children[model] = run.info.run_id
        return self._children[model]

    def _log(
        self,
        run: str,
        values: Sequence[Value] = (),
        parameters: Mapping[str, Any] | None = None,
        tags: Mapping[str, Any] | None = None,
    ) -> None:
        from mlflow.entities import Metric, Param, RunTag

        now = int(1000 * time.time())
        self._client.log_batch(
            run,
            [Metric(one.name, one.value, now, one.step) for one in values],
            [Param(_named(name), str(value)) for name, value in (parameters or {}).items()],
            [RunTag(name, str(value)) for name, value in (tags or {}).items()],
        )


def shown(text: str) -> str:
    """Return an address, or a text with one in it, without the user and the password."""
    return re.sub(r"(?<=://)[^/@\s]+@", "", text)


def why(error: BaseException, uri: str) -> str:
    """Return in one line what went wrong, and no secret."""
    user = urlsplit(uri).netloc.rpartition("@")[0]
    text = " ".join(str(error).split())
    return shown(text.replace(f"{user}@", "") if user else text) or type(error).__name__


@contextmanager
def _refused(uri: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise InputError(
            f"an MLflow server that takes runs at {shown(uri)}, which {URI} names",
            why(error, uri),
            f"Start it (mlflow server), or name another; to run without: unset {URI}",
        ) from error


def _named(parameter: str) -> str:
    """Return a name that MLflow takes; what it does not take becomes `_`."""
    return re.sub(r"[^\w\-. :/]", "_", parameter)

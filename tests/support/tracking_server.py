"""A real MLflow server on this machine, started by its own command.

Its server is in the package `mlflow`, which needs an older pyarrow than the project's: it lives in
an environment of its own (`uv tool install mlflow`). The command is `mlflow` on the path, or that
which the variable MLFLOW names; the client's own `mlflow`, of the extra, cannot serve.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.request import urlopen

_SECONDS = 400


@cache
def server_command() -> str | None:
    """Return the command of a whole MLflow; None where there is none."""
    own = Path(sys.executable).parent
    folders = [one for one in os.get_exec_path() if Path(one).resolve() != own.resolve()]
    return os.environ.get("MLFLOW") or shutil.which("mlflow", path=os.pathsep.join(folders))


class TrackingServer:
    """A server with its store.

    Attributes:
        uri: Its address.
        process: The server.
    """

    def __init__(self, uri: str, process: subprocess.Popen) -> None:
        self.uri, self.process = uri, process

    def stop(self) -> None:
        """End it, as a machine that goes away does."""
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def tracking_server(folder: Path) -> Iterator[TrackingServer]:
    """Start a server whose store is a folder; stop it in the end."""
    command = server_command()
    assert command is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "mlflow.log").open("w") as log:
        process = subprocess.Popen(
            [
                command, "server", "--host=127.0.0.1", f"--port={port}", "--workers=1",
                f"--backend-store-uri=sqlite:///{folder}/mlflow.db",
                f"--artifacts-destination={folder}/artifacts",
            ],
            cwd=folder, stdout=log, stderr=log,
            env={
                **os.environ, "PYTHONPATH": "", "MLFLOW_DISABLE_TELEMETRY": "true",
                # Of what runs beside tracking nothing is needed here, and it takes long to start.
                "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            },
        )  # fmt: skip
    server = TrackingServer(f"http://127.0.0.1:{port}", process)
    try:
        _wait_for(server)
        yield server
    finally:
        server.stop()


def _wait_for(server: TrackingServer) -> None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end and server.process.poll() is None:
        try:
            with urlopen(f"{server.uri}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("the MLflow server did not start; its log lies beside its store")

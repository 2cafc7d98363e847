"""A scheduler and its workers, started by the commands of dask as on several machines."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

DASK = str(Path(sys.executable).with_name("dask"))


@dataclass
class Started:
    """What was started.

    Attributes:
        address: Of the scheduler.
        workers: The processes of the workers, each with one thread.
    """

    address: str
    workers: list[subprocess.Popen]


@contextmanager
def dask_commands(folder: Path, workers: int = 2) -> Iterator[Started]:
    """Start a scheduler and workers that nobody restarts; stop them in the end."""
    file = folder / "scheduler.json"
    with ExitStack() as stack:
        stack.enter_context(
            _started(folder, "scheduler", "--port=0", "--no-dashboard", f"--scheduler-file={file}")
        )
        _wait_for(file)
        one = ("worker", f"--scheduler-file={file}", "--nthreads=1", "--no-nanny", "--no-dashboard")
        running = [stack.enter_context(_started(folder, *one)) for _ in range(workers)]
        yield Started(json.loads(file.read_text())["address"], running)


@contextmanager
def _started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DASK_")}
    with (folder / "dask.log").open("a") as log:
        process = subprocess.Popen(
            [DASK, *arguments], cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(file: Path) -> None:
    end = time.monotonic() + 60
    while not (file.exists() and file.read_text().endswith("}")):
        assert time.monotonic() < end, "the scheduler did not start"
        time.sleep(0.1)

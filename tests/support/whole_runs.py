"""Runs of `conf/smoke` in folders of their own, and what a user sees there afterwards."""

import io
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from itertools import count
from pathlib import Path
from typing import Any

import click
import pandas as pd
import pytest
from kedro.framework.startup import bootstrap_project

PROJECT = Path(__file__).parents[2]
KEDRO = str(Path(sys.executable).with_name("kedro"))
LOCK = ".run.lock"
LOG = "test_access_log.csv"
UNFINISHED = (".unfinished.", ".replaced.")

_NUMBERS = count(1)

VERSION = re.compile(r"\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d\.\d{3}Z")


def start(
    results: Path,
    *arguments: str,
    preexec_fn: Callable[[], None] | None = None,
    command: str = "run",
    **surroundings: str | None,
) -> subprocess.Popen:
    """Start a run in a process group of its own; what it prints goes to the results' parent."""
    environment = {**os.environ, "RESULTS": str(results), **surroundings}
    with results.with_name(f"{next(_NUMBERS)}.log").open("w") as stream:
        process = subprocess.Popen(
            [KEDRO, command, "--env", "smoke", *arguments],
            cwd=PROJECT,
            env={name: value for name, value in environment.items() if value is not None},
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=preexec_fn,
        )
    process.log = Path(stream.name)
    return process


def finish(results: Path, *arguments: str, **options: Any) -> str:
    """Run to the end, which must be a good one; return what was printed."""
    code, printed = run(results, *arguments, **options)
    assert code == 0, printed[-3000:]
    return printed


def run(results: Path, *arguments: str, **options: Any) -> tuple[int, str]:
    """Run to the end; return the exit status and what was printed."""
    process = start(results, *arguments, **options)
    code = process.wait(timeout=600)
    return code, process.log.read_text()


def here(command: click.Command, *arguments: str, results: Path, **surroundings: str) -> str:
    """Run a command of the project in this process, which has loaded what a new one would load.

    Returns:
        What it printed, and the lines of its log.
    """
    printed = io.StringIO()
    log = logging.StreamHandler(printed)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.chdir(PROJECT)
        for name, value in {"RESULTS": str(results), **surroundings}.items():
            patch.setenv(name, value)
        logging.root.addHandler(log)
        try:
            bootstrap_project(PROJECT)
            command.main(arguments, command.name, standalone_mode=False)
        finally:
            logging.root.removeHandler(log)
    return printed.getvalue()


def wait_until_writing(process: subprocess.Popen, results: Path) -> None:
    """Wait until a run has taken the lock, or has ended."""
    lock = results / LOCK
    while process.poll() is None and not (lock.is_file() and lock.stat().st_size):
        time.sleep(0.01)


def stop(process: subprocess.Popen, with_what: signal.Signals) -> bool:
    """Send a signal to a run and its children; return whether it came before the end."""
    in_time = process.poll() is None
    if in_time:
        os.killpg(process.pid, with_what)
    process.wait(timeout=120)
    return in_time


def visible(results: Path) -> dict[str, set[bytes]]:
    """Return what each file that a user sees holds, all versions of a file under one name.

    Without what tells of the moment or the speed of a run: the seconds of an epoch, and the log of
    accesses to the test part, which grows with each run.
    """
    found: dict[str, set[bytes]] = {}
    for path in sorted(path for path in results.rglob("*") if path.is_file()):
        name = path.relative_to(results).as_posix()
        if not hidden(name):
            found.setdefault(VERSION.sub("*", name), set()).update(_contents(path))
    return found


def hidden(name: str) -> bool:
    """Tell whether a path is none that a user sees, or holds what a training goes on from."""
    parts = name.split("/")
    unfinished = any(part.startswith(UNFINISHED) for part in parts)
    # Litter belongs to a collection, the phantoms' as well.
    dotted = any(part.startswith(".") for part in parts) and parts[0] != "01_raw"
    return unfinished or dotted or parts[0] == "06_checkpoints"


def leftovers(results: Path) -> list[str]:
    """Return what unfinished runs have left."""
    return [path.name for path in results.rglob(".*") if path.name.startswith(UNFINISHED)]


def copy(reference: Path, results: Path) -> None:
    """Begin with the state of another run."""
    shutil.rmtree(results, ignore_errors=True)
    shutil.copytree(reference, results)


def _contents(path: Path) -> set[bytes]:
    """Return what a file holds; of one that grows by entries, each entry."""
    content = path.read_bytes()
    if path.name == "report.html":
        return {re.sub(rb"<td>(date|command|duration)</td>\s*<td>.*?</td>", b"", content)}
    if path.name == "run.json":
        kept = json.loads(content)
        return {json.dumps({**kept, "facts": kept["facts"]["packages"]}).encode()}
    if path.name == "history.csv":
        return {pd.read_csv(io.BytesIO(content)).drop(columns="seconds").to_csv().encode()}
    if path.name == "locks.json":
        return {json.dumps(entry, sort_keys=True).encode() for entry in json.loads(content).items()}
    if path.name == LOG:
        assert content.endswith(b"\n")
        rows = pd.read_csv(io.BytesIO(content)).drop(columns="when")
        return {row.encode() for row in rows.to_csv(index=False).splitlines()}
    return {content}

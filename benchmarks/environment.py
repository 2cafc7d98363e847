"""A configuration of its own for a benchmark, and commands timed in fresh processes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from timing import PROJECT

BIN = Path(sys.executable).parent
KEDRO = str(BIN / "kedro")
ENV = "bench"


def write_configuration(parameters: Mapping[str, Any], folder: Path) -> Path:
    """Copy the project's configuration and add the environment `bench` with these parameters."""
    shutil.copytree(PROJECT / "conf", folder)
    (folder / ENV).mkdir()
    text = yaml.safe_dump(dict(parameters), sort_keys=False)
    (folder / ENV / "parameters.yml").write_text(text)
    return folder


def call(
    command: Sequence[str],
    surroundings: Mapping[str, str] | None = None,
    folder: Path = PROJECT,
) -> str:
    """Run a command to its end and return what it printed to standard output.

    Args and errors are those of `execute`.
    """
    return execute(command, surroundings, folder).stdout


def execute(
    command: Sequence[str],
    surroundings: Mapping[str, str] | None = None,
    folder: Path = PROJECT,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and return what it printed, log lines apart.

    Args:
        command: The command; the environment's own programs go before others of their name.
        surroundings: Environment variables beside those of this process.
        folder: Where it runs.

    Raises:
        RuntimeError: It failed; the message is the end of what it printed.
    """
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path, **(surroundings or {})},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        printed = (done.stdout + done.stderr)[-3000:]
        raise RuntimeError(f"{' '.join(command[:4])} … failed:\n{printed}")
    return done

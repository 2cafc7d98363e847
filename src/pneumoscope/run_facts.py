"""The facts of one run, by which it can be repeated: command, environment, code, machine, time."""

import os
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "pneumoscope",
    "kedro",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "numpy",
    "pandas",
    "scikit-learn",
)
"""Packages whose versions decide what a run computes; the lock file has all."""

MASKED = ("RADIOGRAPHS", "RESULTS", "FILMS")
"""Variables that a command depends on, whose paths belong to a machine and are not shown."""

_FROM_PYTHON = "from Python, not by the command line"
_PATH = re.compile(r"(?:^|(?<==))(?:/|~|\.{1,2}/|[A-Za-z]:\\|[a-z0-9+]+://)[^,]*")
"""A word, or the value of an option or a parameter, that is a path or an address of this place."""


@dataclass(frozen=True)
class RunFacts:
    """What a run was, as the report tells it.

    Attributes:
        date: When these were read, UTC, to the minute.
        command: As it was typed, with paths left out; of a stage that of DVC, which also runs what
            comes before it and is out of date.
        environment: Folder of conf/ that lay over base.
        seconds: From the beginning of the run until now; None where that is unknown, and in a
            stage, which is but a part of a run.
        commit: Of the code, and whether files differ from it; or why it is unknown.
        machine: System, kind of processor and number of its cores; never its name.
        packages: Name to version.
    """

    date: str
    command: str
    environment: str
    seconds: float | None
    commit: str
    machine: str
    packages: Mapping[str, str]


def run_facts(project: Path, environment: str | None, seconds: float | None) -> RunFacts:
    """Read the facts of the run that goes on.

    Args:
        project: Folder of the project.
        environment: As it was named; None for base and what conf/local lays over it.
        seconds: Since the run began; None where that is unknown.
    """
    staged = sys.argv[1:2] == ["stage"]
    return RunFacts(
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        command=_command(sys.argv, os.environ),
        environment=environment or "base",
        seconds=None if staged else seconds,
        commit=_commit(project),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}",
        packages={name: found for name in PACKAGES if (found := _version(name))},
    )


def without_path(word: str) -> str:
    """Return a word with "<path>" for each path or address of this place."""
    return _PATH.sub("<path>", word)


def _command(arguments: Sequence[str], variables: Mapping[str, str]) -> str:
    program, *rest = arguments or [""]
    if Path(program).stem != "kedro":
        return _FROM_PYTHON
    if rest[:1] == ["stage"]:
        return shlex.join(["dvc", "repro", *rest[1:]])
    masked = [f"{name}=<folder>" for name in MASKED if variables.get(name)]
    env = variables.get("KEDRO_ENV")
    named = [f"KEDRO_ENV={shlex.quote(env)}"] if env else []
    words = map(without_path, rest)
    return " ".join([*masked, *named, shlex.join(["kedro", *words])])


def _commit(project: Path) -> str:
    try:
        commit = _git(project, "rev-parse", "HEAD")
        changed = _git(project, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return "unknown: the project is no git repository"
    return f"{commit[:12]}, with changes that are not committed" if changed else commit[:12]


def _git(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=project, capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

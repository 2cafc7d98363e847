"""What a command costs that runs nothing: a list, the help, the last results, an expected error.

python benchmarks/start_up.py [--repeats 5]
"""

import os
import resource
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from environment import BIN, KEDRO
from timing import PROJECT, Section, arguments, progress, publish, speed

LIMIT = 1.2
"""Processor seconds that were aimed at for each."""

COMMANDS = {
    "`kedro registry list`": ("registry", "list"),
    "`kedro --help`": ("--help",),
    "`kedro results`, which has none": ("results",),
    "`kedro run` with a misspelt parameter": ("run", "--params=sed=3"),
}
WHOLE = "`kedro registry describe`"

TEXT = """\
Processor seconds, those of the system included, of commands that run no node, each a new process.
*Theirs* is `kedro registry describe`, which cannot but load what every node of the graph imports:
what each command would cost if the graph were loaded whenever a command starts. At most {limit}
seconds were aimed at; the profile has them, beside what Kedro takes where there is no project."""


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__, repeats=5).parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        section = measure(given.repeats, Path(scratch))
    publish(section, given.into)


def measure(repeats: int, scratch: Path) -> Section:
    """Measure all commands in turn, again and again."""
    of_project = partial(processor_seconds, folder=PROJECT, results=scratch / "results")
    routes = {name: partial(of_project, command) for name, command in COMMANDS.items()}
    routes[WHOLE] = partial(of_project, ("registry", "describe"))
    routes["Kedro alone"] = partial(
        processor_seconds, ("--version",), folder=scratch, results=scratch
    )
    for route in routes.values():
        route()
    seconds: dict[str, list[float]] = {name: [] for name in routes}
    for repeat in range(1, repeats + 1):
        for name, route in routes.items():
            seconds[name].append(route())
        progress(f"{repeat} of {repeats}")
    rows = [speed(name, WHOLE, seconds[name], seconds[WHOLE]) for name in COMMANDS]
    return Section(
        "Commands that run nothing", "python benchmarks/start_up.py",
        TEXT.format(limit=LIMIT), rows, _profile(seconds),
    )  # fmt: skip


def processor_seconds(arguments: Sequence[str], folder: Path, results: Path) -> float:
    """Run a command of Kedro's to its end, however it ends, and return what it took."""
    surroundings = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    surroundings["RESULTS"] = str(results)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [KEDRO, *arguments], cwd=folder, env=surroundings, capture_output=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _profile(seconds: dict[str, list[float]]) -> list[tuple[str, str]]:
    alone = f"{statistics.median(seconds['Kedro alone']):.2f} s"
    return [
        *((name, _against_limit(statistics.median(seconds[name]))) for name in COMMANDS),
        ("`kedro --version` where there is no project", alone),
    ]


def _against_limit(taken: float) -> str:
    return f"{taken:.2f} s (≤ {LIMIT}: {'reached' if taken <= LIMIT else 'missed'})"


if __name__ == "__main__":
    main()

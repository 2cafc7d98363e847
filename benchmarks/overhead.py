"""What Kedro adds to a run: the same nodes called one after another by a script.

    python benchmarks/overhead.py [--radiographs FOLDER] [--count 120]

`plain_run.py` is the script.
"""

import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from environment import KEDRO, call
from originals import lay_out
from timing import PROJECT, Row, Section, alternate, arguments, publish, speed, timed

ENV = "smoke"
TEST_SHARE = 0.2

TEXT = """\
A whole run of the environment `{env}` on {count} films: {nodes} nodes, each so small that what
surrounds it shows. *`kedro run`* is the command from its start to its end. *Script*: the same
functions in the same order with the same datasets, loaded and saved without session, hooks and
log lines, and with plain variables in place of datasets in memory. Kedro draws up what the script
does; the seconds for that (configuration, catalog, graph, types of the parameters) are not counted
for the script and stand in the profile. Both are new processes with an empty results folder and
take turns. What Kedro adds hardly grows with the number of films, and not with that of epochs: a
longer run has a better ratio."""


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__)
    parser.add_argument("--count", type=int, default=120)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        section = measure(given.radiographs, given.count, given.repeats, Path(scratch))
    publish(section, given.into)


def measure(radiographs: Path | None, count: int, repeats: int, scratch: Path) -> Section:
    """Time both alternately."""
    test = round(count * TEST_SHARE)
    films = lay_out(radiographs, count - test, test, scratch)
    found: list[dict[str, Any]] = []

    def kedro() -> None:
        call([KEDRO, "run", "--env", ENV], _surroundings(films, scratch))

    def script() -> None:
        command = [sys.executable, str(PROJECT / "benchmarks/plain_run.py"), ENV]
        printed = call(command, _surroundings(films, scratch))
        found.append(json.loads(printed.splitlines()[-1]))

    seconds = alternate({"kedro run": kedro, "script": script}, repeats, warm_up=False)
    planning = [facts["planning"] for facts in found]
    plain = [taken - spent for taken, spent in zip(seconds["script"], planning, strict=True)]
    nodes = found[0]["nodes"]
    row = speed(f"`kedro run`, {nodes} nodes", "script", seconds["kedro run"], plain)
    text = TEXT.format(env=ENV, count=count, nodes=nodes)
    profile = _profile(row, planning, nodes)
    return Section("What Kedro adds", "python benchmarks/overhead.py", text, [row], profile)


def _surroundings(films: Path, scratch: Path) -> Mapping[str, str]:
    results = scratch / "results"
    shutil.rmtree(results, ignore_errors=True)
    return {"RADIOGRAPHS": str(films), "RESULTS": str(results)}


def _profile(row: Row, planning: Sequence[float], nodes: int) -> list[tuple[str, str]]:
    added, plan = row.ours - row.theirs, statistics.median(planning)
    start = statistics.median(timed(lambda: call([KEDRO, "--version"])) for _ in range(3))
    rest = added - plan - start
    return [
        ("Kedro's addition", f"{added:.2f} s ({added / row.ours:.1%} of the run)"),
        ("of it: configuration, catalog, graph, types", f"{plan:.2f} s"),
        ("of it: command line and plugins (`kedro --version`)", f"{start:.2f} s"),
        ("of it: hooks, log lines, copies in memory", f"{rest:.2f} s"),
        ("the latter for each node", f"{rest / nodes * 1000:.0f} ms"),
    ]


if __name__ == "__main__":
    main()

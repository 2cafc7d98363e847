"""Routes timed side by side in one run, and the table that says how they compare."""

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PACKAGES = (
    "kedro", "dvc", "keras", "tensorflow-cpu", "tensorflow", "jax", "numpy", "pillow",
    "opencv-python-headless", "dask",
)  # fmt: skip
QUIET = 0.5
"""Load per core above which something else was using the machine."""


@dataclass(frozen=True)
class Row:
    """One thing of this project against another, measured alternately.

    Attributes:
        what: What is measured, and for how many radiographs.
        against: What it is compared with.
        ours: Median, in `unit`.
        theirs: Median of the other, in `unit`.
        unit: Unit of both.
        ratios: One ratio a repeat; of durations, above 1 speaks for this project.
        aim: Median ratio that was aimed at, or None.
        at_most: Whether the aim is the greatest ratio, not the least.
    """

    what: str
    against: str
    ours: float
    theirs: float
    unit: str
    ratios: list[float]
    aim: float | None = None
    at_most: bool = False

    @property
    def ratio(self) -> float:
        """Median over the repeats."""
        return statistics.median(self.ratios)

    @property
    def missed(self) -> bool:
        """Whether an aim was set and not reached."""
        if self.aim is None:
            return False
        return self.ratio > self.aim if self.at_most else self.ratio < self.aim


@dataclass(frozen=True)
class Section:
    """What one benchmark found.

    Attributes:
        title: What it is about.
        command: How to run it alone.
        text: What was timed and how, in full sentences.
        rows: The ratios.
        profile: Where this project's time or memory goes: part and value.
    """

    title: str
    command: str
    text: str
    rows: list[Row]
    profile: list[tuple[str, str]] = field(default_factory=list)


def alternate(
    routes: Mapping[str, Callable[[], object]], repeats: int, warm_up: bool = True
) -> dict[str, list[float]]:
    """Time every route in turn, again and again; return the seconds of each repeat.

    Alternating makes a machine that slows down slow all routes alike, so that ratios within a
    repeat hold. A warm-up, which is not timed, fills the caches for all of them.
    """
    if warm_up:
        for name, route in routes.items():
            progress(f"{name}, warming up")
            route()
    seconds: dict[str, list[float]] = {name: [] for name in routes}
    for repeat in range(1, repeats + 1):
        for name, route in routes.items():
            seconds[name].append(timed(route))
            progress(f"{name}, {repeat} of {repeats}: {seconds[name][-1]:.2f} s")
    return seconds


def progress(line: str) -> None:
    """Say how far a benchmark is, beside what it prints at its end."""
    print(f"  {line}", file=sys.stderr, flush=True)


def timed(route: Callable[[], object]) -> float:
    """Return the seconds that a route takes, without the garbage of the one before."""
    gc.collect()
    started = time.perf_counter()
    route()
    return time.perf_counter() - started


def speed(
    what: str,
    against: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    per: float = 1.0,
    unit: str = "s",
    aim: float | None = None,
) -> Row:
    """Compare two durations: how many times as fast this project is.

    Args:
        what: What is measured.
        against: The other route.
        ours: Seconds of each repeat.
        theirs: Seconds of each repeat of the other, in the same order.
        per: Seconds are multiplied by this for display: 1000 / n gives ms a radiograph.
        unit: What they are in then.
        aim: Least ratio aimed at.
    """
    ratios = [other / own for own, other in zip(ours, theirs, strict=True)]
    return Row(
        what, against, statistics.median(ours) * per, statistics.median(theirs) * per, unit,
        ratios, aim,
    )  # fmt: skip


def machine() -> dict[str, str]:
    """Say what the numbers were measured on: processor, memory, load, versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = os.getloadavg()[0]
    quiet = "" if load / (cores or 1) < QUIET else " (not quiet: the ratios are less certain)"
    return {
        "processor": f"{_processor()}, {cores} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "load at the start": f"{load:.1f}{quiet}",
        "system": f"{platform.system()}, Python {platform.python_version()}",
        "packages": ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name))),
    }


def arguments(description: str | None, repeats: int = 3) -> argparse.ArgumentParser:
    """Give the parser that every benchmark starts from."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument(
        "--radiographs", type=Path, default=os.environ.get("RADIOGRAPHS") or None,
        help="originals in train/NORMAL and train/PNEUMONIA; drawn phantoms by default",
    )  # fmt: skip
    parser.add_argument("--repeats", type=int, default=repeats)
    parser.add_argument("--into", type=Path, help="write the section as JSON too")
    return parser


def publish(section: Section, into: Path | None) -> None:
    """Print a section, and write it where it is wanted."""
    print(as_markdown(section), flush=True)
    if into is not None:
        into.write_text(json.dumps(asdict(section)))


def read(file: Path) -> Section:
    """Read a section that `publish` wrote."""
    found = json.loads(file.read_text())
    rows = [Row(**row) for row in found["rows"]]
    profile = [(part, value) for part, value in found["profile"]]
    return Section(**{**found, "rows": rows, "profile": profile})


def as_markdown(section: Section) -> str:
    """Write a section as Markdown: text, command, table and, where given, the profile."""
    lines = [
        f"## {section.title}", "", section.text, "", f"    {section.command}", "",
        "| this project | against | ours | theirs | ratio | aim |",
        "| --- | --- | ---: | ---: | ---: | --- |",
        *(_row(row) for row in section.rows),
    ]  # fmt: skip
    if section.profile:
        missed = any(row.missed for row in section.rows)
        title = "The profile, which says why an aim is missed:" if missed else "The profile:"
        lines += ["", title, "", "| part | value |", "| --- | ---: |"]
        lines += [f"| {part} | {value} |" for part, value in section.profile]
    return "\n".join(lines) + "\n"


def _row(row: Row) -> str:
    spread = f"{row.ratio:.2f} ({min(row.ratios):.2f} to {max(row.ratios):.2f})"
    sign, verdict = "≤" if row.at_most else "≥", "missed" if row.missed else "reached"
    aim = "" if row.aim is None else f"{sign} {row.aim:g}: {verdict}"
    return (
        f"| {row.what} | {row.against} | {_number(row.ours)} {row.unit} "
        f"| {_number(row.theirs)} {row.unit} | {spread} | {aim} |"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    names = [
        line.split(":", 1)[1].strip()
        for line in (listed.read_text().splitlines() if listed.exists() else [])
        if line.startswith("model name")
    ]
    return names[0] if names else platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except ModuleNotFoundError:
        return ""

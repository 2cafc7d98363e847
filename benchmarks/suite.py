"""All benchmarks, one after another, and the page of what they found.

python benchmarks/suite.py [--radiographs FOLDER] [--resume] [--quick] [--results FILE]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from timing import PROJECT, Section, as_markdown, machine, read

FOLDER = PROJECT / "benchmarks"
SCRATCH = FOLDER / ".sections"
RESULTS = FOLDER / "results.md"


@dataclass(frozen=True)
class Benchmark:
    """A script of this folder.

    Attributes:
        name: Name of the script, without its ending.
        title: What it is about.
        minutes: What it takes on two quiet cores, roughly; only to foretell the end.
        quick: Arguments that make it tiny.
    """

    name: str
    title: str
    minutes: float
    quick: tuple[str, ...]


BENCHMARKS = (
    Benchmark("ingestion", "ingestion and preprocessing", 5, ("--count", "16")),
    Benchmark(
        "epochs", "a training epoch of each architecture", 16,
        ("--architectures", "mlp", "--share", "0.03"),
    ),
    Benchmark(
        "steps", "training steps, and what was tried", 12,
        ("--architectures", "cnn", "--settings", "plain", "--side", "32"),
    ),
    Benchmark(
        "whole_run", "the whole run of five architectures", 11,
        ("--count", "40", "--side", "32", "--epochs", "1", "--architectures", "mlp", "cnn"),
    ),
    Benchmark("prediction", "prediction", 2, ("--architecture", "mlp", "--count", "8")),
    Benchmark("exported", "one film by an exported model", 2, ("--architecture", "mlp")),
    Benchmark("serving", "films by HTTP", 4, ("--architecture", "mlp", "--films", "200")),
    Benchmark("reruns", "runs again when nothing has changed", 6, ()),
    Benchmark("memory", "peak memory", 3, ("--counts", "20", "40")),
    Benchmark("overhead", "what Kedro adds", 3, ("--count", "30")),
    Benchmark("start_up", "commands that run nothing", 1, ()),
)  # fmt: skip

INTRODUCTION = """\
# Benchmarks

Written by `{command}`; [docs/benchmarks.md](../docs/benchmarks.md) tells what
is compared and how. Every row is a ratio of two things that were measured in turn, in one run, on
the same films: the median of the repeats, with the least and the greatest in brackets. *Ours* and
*theirs* are medians of this machine on this day; only the ratio may be carried elsewhere.

| | |
| --- | --- |
{facts}
"""


def main() -> None:
    """Run what is asked for, write the page, and fail if anything failed."""
    given = parse()
    os.chdir(PROJECT)
    run = prepare(given)
    failed = run_all(given, run)
    page = write_page(given, run, failed)
    if given.results:
        given.results.write_text(page)
        _say(f"Written: {given.results}")
    else:
        print(page)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}. Once mended: python benchmarks/suite.py --resume")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--radiographs", type=Path, default=os.environ.get("RADIOGRAPHS") or None,
        help="originals in NORMAL and PNEUMONIA; drawn phantoms by default",
    )  # fmt: skip
    parser.add_argument("--resume", action="store_true", help="skip what the last run has done")
    parser.add_argument(
        "--quick", action="store_true",
        help="so small that it only shows that all works; writes no page of its own accord",
    )  # fmt: skip
    parser.add_argument("--only", nargs="+", choices=[one.name for one in BENCHMARKS])
    parser.add_argument("--results", type=Path, help="the page; benchmarks/results.md by default")
    given = parser.parse_args()
    # Numbers that mean nothing, or half of them, must not replace the page.
    if given.results is None and not given.quick and not given.only:
        given.results = RESULTS
    given.radiographs = given.radiographs and given.radiographs.expanduser().resolve()
    return given


def prepare(given: argparse.Namespace) -> dict[str, Any]:
    """Take up the last run, or begin one; return what belongs to all of it.

    Raises:
        SystemExit: The run to resume was of other radiographs or settings.
    """
    settings = {"radiographs": str(given.radiographs or "phantoms"), "quick": given.quick}
    note = SCRATCH / "run.json"
    if given.resume and note.is_file():
        run: dict[str, Any] = json.loads(note.read_text())
        if run["settings"] != settings:
            raise SystemExit(
                f"expected to resume a run of {run['settings']}, received {settings}: give the "
                "same radiographs and settings, or begin anew without --resume"
            )
        return run
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir()
    run = {"settings": settings, "machine": {**machine(), "radiographs": describe(given)}}
    (SCRATCH / ".gitignore").write_text("*\n")
    note.write_text(json.dumps(run))
    return run


def describe(given: argparse.Namespace) -> str:
    """Say what is measured on, without naming anyone's folder."""
    if given.radiographs is None:
        return "phantoms of a detector's size, drawn here"
    count = sum(1 for _ in given.radiographs.glob("**/*.jp*g"))
    if not count:
        raise SystemExit(f"expected JPEG files below {given.radiographs}, found none")
    return f"a folder of {count:,} real radiographs"


def run_all(given: argparse.Namespace, run: dict[str, Any]) -> list[str]:
    """Run every script that is not done in a process of its own; return those that failed."""
    chosen = [one for one in BENCHMARKS if not given.only or one.name in given.only]
    left = [one for one in chosen if not _section(one).is_file()]
    pace, failed = 1.0, []
    for number, one in enumerate(left, 1):
        minutes = sum(other.minutes for other in left[number - 1 :]) * pace
        _say(f"[{number}/{len(left)}] {one.title}; about {minutes:.0f} min to the end of all")
        started = time.perf_counter()
        if subprocess.run(command(one, given, run), check=False).returncode:
            failed.append(one.name)
            _say(f"{one.title} failed; going on with the others")
        taken = (time.perf_counter() - started) / 60
        pace = taken / one.minutes if number == 1 else (pace + taken / one.minutes) / 2
    return failed


def command(one: Benchmark, given: argparse.Namespace, run: dict[str, Any]) -> list[str]:
    """Give the command of a script."""
    folder = ["--radiographs", str(given.radiographs)] if given.radiographs else []
    into = ["--into", str(_section(one))]
    return [sys.executable, str(FOLDER / f"{one.name}.py"), *_asked(one, run), *folder, *into]


def write_page(given: argparse.Namespace, run: dict[str, Any], failed: Sequence[str]) -> str:
    """Put the page together: machine, then what every script found, or why there is nothing."""
    real = "RADIOGRAPHS=<folder> " if given.radiographs else ""
    facts = "\n".join(f"| {name} | {value} |" for name, value in run["machine"].items())
    whole = "make bench"
    if given.quick or given.only:
        only = ["--only", *given.only] if given.only else []
        whole = " ".join(["python benchmarks/suite.py", *["--quick"] * given.quick, *only])
    parts = [INTRODUCTION.format(command=f"{real}{whole}", facts=facts)]
    for one in BENCHMARKS:
        alone = f"{real}{' '.join(['python', f'benchmarks/{one.name}.py', *_asked(one, run)])}"
        if _section(one).is_file():
            section: Section = replace(read(_section(one)), command=alone)
            parts.append(as_markdown(section))
        else:
            title = one.title[0].upper() + one.title[1:]
            told = (
                f"Failed; `{alone}` says why."
                if one.name in failed
                else f"Not measured: `{alone}`."
            )
            parts.append(f"## {title}\n\n{told}\n")
    return "\n".join(parts)


def _asked(one: Benchmark, run: dict[str, Any]) -> list[str]:
    return [*one.quick, "--repeats", "1"] if run["settings"]["quick"] else []


def _section(one: Benchmark) -> Path:
    return SCRATCH / f"{one.name}.json"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

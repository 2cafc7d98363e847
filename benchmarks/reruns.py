"""Runs again when nothing has changed, against the run that did everything.

    python benchmarks/reruns.py

In a copy of the project made small, on its own phantoms: DVC's stages are those of the default run.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from environment import BIN, KEDRO, call
from timing import PROJECT, Row, Section, alternate, arguments, progress, publish, speed, timed

DVC = str(BIN / "dvc")
SMALL: dict[str, dict[str, Any]] = {
    "fetch": {"fetch": {"phantoms": {"patients": 60, "shorter_side": [96, 128]}}},
    "preprocessing": {"preprocessing": {"size": [32, 32]}},
    "training": {"mlp": {"fitting": {"epochs": 2}}, "cnn": {"fitting": {"epochs": 2}}},
    "explanation": {"explanation": {"sample": 4}},
}
"""What the copy changes in conf/base, where DVC reads parameters."""

NO_FOLDERS = {"RADIOGRAPHS": "", "FILMS": "", "RESULTS": ""}
"""Variables that would point a run elsewhere, unset."""

TEXT = """\
The default run on phantoms ({patients} patients, two architectures and their ensemble, 2 epochs),
so small that much of the first run is starting processes; with real radiographs and budgets it
grows, and the ratios with it. `dvc repro`, which `make run` calls, compares hashes of radiographs,
parameters and code, and runs the stages that are out of date: none. `kedro run
--only-missing-outputs` runs the nodes whose files are missing and does not see that a parameter
or the code has changed. `kedro run` alone always does what it is asked, everything; after a run
that ended well nothing is taken from the run before but the measured precisions. All rows alternate
in one run, but the first `dvc repro` is run once, for it starts a process a stage."""


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        section = measure(copy_project(Path(scratch, "project")), given.repeats, Path(scratch))
    publish(section, given.into)


def measure(project: Path, repeats: int, scratch: Path) -> Section:
    """Reproduce once, then time the first run and the runs again alternately."""
    results = scratch / "results"
    within = {**NO_FOLDERS, "RESULTS": str(results)}

    def first() -> None:
        shutil.rmtree(results, ignore_errors=True)
        call([KEDRO, "run"], within, project)

    reproduced = timed(lambda: call([DVC, "repro"], NO_FOLDERS, project))
    progress(f"first dvc repro: {reproduced:.2f} s")
    seconds = alternate(
        {
            "first": first,
            "again": lambda: call([KEDRO, "run"], within, project),
            "missing": lambda: call([KEDRO, "run", "--only-missing-outputs"], within, project),
            "dvc": lambda: reproduce_again(project),
        },
        repeats, warm_up=False,
    )  # fmt: skip
    whole = "`kedro run`, everything"
    rows = [
        speed("`dvc repro` again", whole, seconds["dvc"], seconds["first"]),
        speed("`dvc repro` again", "the first `dvc repro`", seconds["dvc"], [reproduced] * repeats),
        speed("`kedro run --only-missing-outputs` again", whole, seconds["missing"],
              seconds["first"]),
        speed("`kedro run` again", whole, seconds["again"], seconds["first"]),
    ]  # fmt: skip
    text = TEXT.format(patients=SMALL["fetch"]["fetch"]["phantoms"]["patients"])
    return Section("Nothing changed", "python benchmarks/reruns.py", text, rows, _profile(rows))


def reproduce_again(project: Path) -> None:
    """Let DVC find that nothing is out of date.

    Raises:
        RuntimeError: It ran a stage: what was timed is not what the row says.
    """
    printed = call([DVC, "repro"], NO_FOLDERS, project)
    if "Running stage" in printed:
        raise RuntimeError(f"expected `dvc repro` to run nothing again, received:\n{printed}")


def copy_project(folder: Path) -> Path:
    """Copy what git knows, or would take, into a repository of its own, and make it small."""
    listed = call(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    for name in filter(None, listed.split("\0")):
        # Results that are tracked belong to another run.
        if (PROJECT / name).is_file() and not name.startswith("data/08_reporting/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    (folder / "dvc.lock").unlink(missing_ok=True)
    for pipeline, changes in SMALL.items():
        file = folder / f"conf/base/{pipeline}/parameters.yml"
        file.write_text(yaml.safe_dump(_merge(yaml.safe_load(file.read_text()), changes)))
    call(["git", "init", "--quiet"], folder=folder)
    return folder


def _merge(parameters: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    changed = {
        key: _merge(parameters[key], value) if isinstance(value, dict) else value
        for key, value in changes.items()
    }
    return {**parameters, **changed}


def _profile(rows: list[Row]) -> list[tuple[str, str]]:
    start = {command: timed(partial(call, [command, "--version"])) for command in (DVC, KEDRO)}
    again, missing = rows[0].ours, rows[2].ours
    return [
        ("`dvc repro` again", f"{again:.2f} s, of it {start[DVC]:.2f} s to start DVC"),
        (
            "`kedro run --only-missing-outputs` again",
            f"{missing:.2f} s, of it {start[KEDRO]:.2f} s to start Kedro",
        ),
    ]


if __name__ == "__main__":
    os.chdir(PROJECT)
    main()

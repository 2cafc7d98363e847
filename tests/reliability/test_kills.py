"""A run that is killed at any moment leaves nothing half-written, and the same command mends it.

The moments are drawn by seed. KILLS=<number> sets how many the slow test tries.
"""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from whole_runs import (
    LOG,
    copy,
    finish,
    here,
    hidden,
    leftovers,
    start,
    stop,
    visible,
    wait_until_writing,
)

from pneumoscope import cli
from pneumoscope.errors import InputError

KILLS = int(os.environ.get("KILLS", "100"))

DATA = "fetch,ingestion,rebalancing,preprocessing"
ALL = [
    DATA, "training", "evaluation", "explanation,robustness", "reporting", "inference",
]  # fmt: skip

SIGNALS = (signal.SIGKILL, signal.SIGINT)


@dataclass(frozen=True)
class Uninterrupted:
    """What a run does when it is left alone.

    Attributes:
        reference: Results that it makes; made again, they are the same.
        seconds: How long it writes.
        outputs: The files that it makes, without the log of evaluations, which it adds to.
    """

    reference: Path
    seconds: float
    outputs: tuple[str, ...]


def uninterrupted(pipelines: str, results: Path, reference: Path) -> Uninterrupted:
    """Run, and keep the results as the reference if there is none yet."""
    before = inodes(results)
    process = start(results, f"--pipelines={pipelines}")
    wait_until_writing(process, results)
    began = time.monotonic()
    assert process.wait(timeout=600) == 0
    seconds = time.monotonic() - began
    after = inodes(results)
    outputs = [name for name, inode in after.items() if before.get(name) != inode]
    if not reference.exists():
        results.rename(reference)
    made = [name for name in outputs if not hidden(name) and Path(name).name != LOG]
    return Uninterrupted(reference, seconds, tuple(made))


def inodes(results: Path) -> dict[str, int]:
    files = (path for path in results.rglob("*") if path.is_file())
    return {path.relative_to(results).as_posix(): path.stat().st_ino for path in files}


def remove(results: Path, names: tuple[str, ...]) -> None:
    for name in names:
        (results / name).unlink(missing_ok=True)
    for folder in sorted((path for path in results.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def killed_and_run_again(
    pipelines: str, alone: Uninterrupted, results: Path, moments: np.random.Generator
) -> bool:
    """Kill a run at a random moment, look, run again, look; return whether the kill came in time.

    Half of the runs make their files for the first time, half of them make them anew.
    """
    copy(alone.reference, results)
    if moments.random() < 0.5:
        remove(results, alone.outputs)
    process = start(results, f"--pipelines={pipelines}")
    wait_until_writing(process, results)
    time.sleep(moments.random() * alone.seconds)
    in_time = stop(process, SIGNALS[moments.integers(2)])
    whole = visible(alone.reference)
    for name, contents in visible(results).items():
        assert contents <= whole[name], f"{name} is half-written or of another run"
    finish(results, f"--pipelines={pipelines}")
    assert visible(results) == whole
    assert leftovers(results) == []
    return in_time


@pytest.mark.slow
def test_a_run_that_is_killed_while_it_makes_data_is_mended_by_the_same_command(tmp_path):
    results = tmp_path / "results"
    alone = uninterrupted(DATA, results, tmp_path / "reference")
    assert killed_and_run_again(DATA, alone, results, np.random.default_rng(4))


def test_a_second_run_in_the_same_results_is_refused_and_names_the_first(tmp_path):
    results = tmp_path / "results"
    first = start(results, "--pipelines=fetch")
    wait_until_writing(first, results)
    first.send_signal(signal.SIGSTOP)
    with pytest.raises(InputError, match="RESULTS=<folder>") as refused:
        here(cli.run, "--env=smoke", results=results)
    first.send_signal(signal.SIGCONT)
    named = f"kedro run --env smoke --pipelines=fetch`, process {first.pid} on"
    assert named in refused.value.received
    assert first.wait(timeout=600) == 0
    assert leftovers(results) == []


@pytest.mark.slow
def test_runs_of_every_pipeline_may_be_killed_at_any_moment(results, reference, record_property):
    copy(reference, results)
    alone = {pipelines: uninterrupted(pipelines, results, reference) for pipelines in ALL}
    moments = np.random.default_rng(2026)
    in_time = 0
    for number in range(KILLS):
        pipelines = ALL[number % len(ALL)]
        in_time += killed_and_run_again(pipelines, alone[pipelines], results, moments)
        print(f"{number + 1} of {KILLS}: {pipelines}", flush=True)
    record_property("killed in time", in_time)
    assert in_time > 0.8 * KILLS

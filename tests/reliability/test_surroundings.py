"""Disk full, read-only, few open files, no home: a run says so or does not mind."""

import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from whole_runs import finish, leftovers, run, visible

pytestmark = pytest.mark.slow

DATA = "--pipelines=fetch,ingestion,rebalancing,preprocessing"


@pytest.fixture
def small_disk(results: Path) -> Iterator[Path]:
    """A file system of its own, in memory, at the place of the results."""
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a small file system")
    results.mkdir()
    mounted = mount("-t", "tmpfs", "-o", "size=100m", "tmpfs", str(results))
    if mounted.returncode:
        pytest.skip(f"cannot mount a small file system: {mounted.stderr}")
    yield results
    subprocess.run(["umount", str(results)], check=True)


@pytest.fixture
def filled_disk(small_disk: Path, reference: Path) -> Path:
    """Such a file system with the results of all pipelines."""
    subprocess.run(["cp", "-r", f"{reference}/.", str(small_disk)], check=True)
    return small_disk


def mount(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)


def resize(disk: Path, kibibytes: int) -> None:
    assert mount("-o", f"remount,size={kibibytes}k", str(disk)).returncode == 0


def used(folder: Path) -> int:
    state = os.statvfs(folder)
    return (state.f_blocks - state.f_bfree) * state.f_frsize // 1024


def assert_told(printed: str, what: str) -> None:
    assert what in printed
    assert "Traceback" not in printed


def assert_whole(results: Path, reference: Path) -> None:
    whole = visible(reference)
    for name, contents in visible(results).items():
        assert contents <= whole[name], f"{name} is half-written"
    assert leftovers(results) == []


@pytest.mark.parametrize("kibibytes", [64, 700, 1750])
def test_a_disk_that_fills_while_data_are_made(small_disk, reference, kibibytes):
    resize(small_disk, kibibytes)
    code, printed = run(small_disk, DATA)
    assert code != 0
    assert_told(printed, "No space left on device")
    assert_whole(small_disk, reference)
    resize(small_disk, 100_000)
    finish(small_disk, DATA)
    made, whole = visible(small_disk), visible(reference)
    assert made == {name: whole[name] for name in made}


@pytest.mark.parametrize(
    ("pipelines", "kibibytes"),
    [("training", 100), ("evaluation", 0), ("evaluation", 40), ("reporting", 300)],
)
def test_a_full_disk_keeps_the_last_results(filled_disk, reference, pipelines, kibibytes):
    resize(filled_disk, used(filled_disk) + kibibytes)
    code, printed = run(filled_disk, f"--pipelines={pipelines}")
    assert code != 0
    assert_told(printed, "No space left on device")
    assert_whole(filled_disk, reference)
    resize(filled_disk, 100_000)
    finish(filled_disk, f"--pipelines={pipelines}")
    assert visible(filled_disk) == visible(reference)


def test_results_that_are_read_only_are_left_alone(filled_disk, reference):
    mount("-o", "remount,ro", str(filled_disk))
    code, printed = run(filled_disk, DATA)
    assert code != 0
    assert_told(printed, "Read-only file system")
    assert "Completed" not in printed
    mount("-o", "remount,rw", str(filled_disk))
    finish(filled_disk, DATA)
    assert visible(filled_disk) == visible(reference)


@pytest.mark.parametrize("files", [64, 256])
def test_few_open_files_are_enough(results, reference, files):
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    finish(results, preexec_fn=few)
    finish(results, "--pipelines=inference", preexec_fn=few)
    assert_equal_but_for_times(results, reference)


@pytest.mark.parametrize("home", [None, "/nonexistent"])
def test_a_home_is_not_needed(results, reference, home):
    finish(results, HOME=home)
    finish(results, "--pipelines=inference", HOME=home)
    assert_equal_but_for_times(results, reference)


def assert_equal_but_for_times(results: Path, reference: Path) -> None:
    """A model card and the report tell how long a training took."""
    made, whole = visible(results), visible(reference)
    timed = [name for name in whole if "model_card" in name or name.endswith("report.html")]
    for contents in (made, whole):
        for name in timed:
            assert contents.pop(name)
    assert made == whole

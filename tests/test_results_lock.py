"""One run at a time: a lock that ends with the process that holds it."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pneumoscope.errors import InputError
from pneumoscope.results_lock import NAME, ResultsLock

HOLD = """
import sys
from pathlib import Path
from pneumoscope.results_lock import ResultsLock
lock = ResultsLock()
lock.take(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.readline()
lock.release()
print("released", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen]:
    """Another process that holds the lock until it is written to."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_run_is_refused_and_the_first_is_named(other, tmp_path):
    with pytest.raises(InputError) as refused:
        ResultsLock().take(tmp_path)
    assert f"process {other.pid} on {os.uname().nodename} since 20" in refused.value.received
    assert f"`-c {tmp_path}`" in refused.value.received
    assert "RESULTS=<folder>" in refused.value.remedy


def test_a_lock_that_was_released_can_be_taken(other, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    other.stdin.write("\n")
    other.stdin.flush()
    assert other.stdout.readline() == "released\n"
    ResultsLock().take(tmp_path)
    assert json.loads((tmp_path / NAME).read_text())["process"] == os.getpid()
    assert caplog.messages == []


def test_a_killed_run_holds_nothing_and_is_told_of(other, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    other.send_signal(signal.SIGKILL)
    other.wait()
    ResultsLock().take(tmp_path)
    (told,) = caplog.messages
    assert f"An earlier run was cut off: `-c {tmp_path}`, process {other.pid}" in told


def test_a_file_of_anything_locks_nothing(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    (tmp_path / NAME).write_text("{")
    ResultsLock().take(tmp_path)
    assert caplog.messages == ["An earlier run was cut off: its lock file does not say which"]


def test_one_process_may_run_again_after_a_run_that_was_interrupted(tmp_path):
    lock = ResultsLock()
    lock.take(tmp_path)
    lock.take(tmp_path / "other")
    lock.release()
    lock.release()
    assert [(folder / NAME).read_text() for folder in (tmp_path, tmp_path / "other")] == ["", ""]


def test_without_locks_on_the_file_system_a_run_goes_on_and_says_so(tmp_path, monkeypatch, caplog):
    def unsupported(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.lockf", unsupported)
    ResultsLock().take(tmp_path)
    assert "cannot be locked" in caplog.text

"""What a real run shows on a terminal, on a pipe, and after Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal, which this system lacks")

PROJECT = Path(__file__).parents[2]
KEDRO = str(Path(sys.executable).with_name("kedro"))
PARTS = "--pipelines=fetch,ingestion,rebalancing,preprocessing,training"
COMMAND = [KEDRO, "run", "--env", "smoke", PARTS]
NOISE = re.compile(r"absl::InitializeLog|oneDNN|TF-TRT|cuda|Traceback|--async", re.IGNORECASE)
PLAIN = re.compile(r"\d\d:\d\d:\d\d [A-Z]+ ")
CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def surroundings(results, **more):
    dropped = {"NO_COLOR", "RADIOGRAPHS", "FILMS", "TF_CPP_MIN_LOG_LEVEL", "TTY_COMPATIBLE"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "RESULTS": str(results), "COLUMNS": "160", **more}


def on_a_terminal(command, results, stop_at=None):
    """Run on a pseudo-terminal; press Ctrl-C there once a text appears; return status and text."""
    child, screen = pty.fork()
    if not child:
        # Whoever starts the tests in the background may have had them ignore it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.chdir(PROJECT)
        os.execve(command[0], command, surroundings(results, TERM="xterm-256color"))
    shown, pressed = b"", False
    while True:
        try:
            piece = os.read(screen, 65536)
        except OSError:  # so Linux ends a pseudo-terminal
            piece = b""
        if not piece:
            break
        shown += piece
        if stop_at and not pressed and stop_at in shown:
            os.write(screen, b"\x03")
            pressed = True
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), shown.decode(errors="replace")


def bars(shown):
    """Return the last state of each bar by its title, in the order in which they came."""
    found = {}
    for state in re.split(r"[\r\n]+", CODES.sub("", shown)):
        if bar := re.match(r"(.+?) [━╸╺]+ +(\d+)%(.*)", state):
            found[bar[1].strip()] = (int(bar[2]), bar[3])
    return found


@pytest.mark.slow
def test_a_terminal_shows_header_bars_to_their_end_and_no_noise(tmp_path):
    code, shown = on_a_terminal(COMMAND, tmp_path / "results")
    assert code == 0, shown[-3000:]
    lines = CODES.sub("", shown)
    assert "environment smoke: 25 steps, models mlp, cnn" in lines
    assert "On phantoms, drawn by a program" in lines
    assert NOISE.search(lines) is None
    found = bars(shown)
    titles = ("writing radiographs", "reading radiographs", "preprocessing test", "cnn: epoch 2/2")
    assert set(titles) <= set(found)
    assert {title: state for title, (state, _) in found.items() if state != 100} == {}
    assert re.search(r"loss \d\.\d{3}, validation", found["cnn: epoch 2/2"][1])
    assert re.search(r"\x1b\[33m\d\d:\d\d:\d\d WARNING", shown)


@pytest.mark.slow
def test_a_pipe_gets_plain_lines_and_the_next_header_foretells_the_time(tmp_path):
    printed = [
        subprocess.run(
            COMMAND, cwd=PROJECT, env=surroundings(tmp_path / "results"), capture_output=True,
            text=True, check=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for run in printed:
        assert run.stdout == ""
        assert "\x1b" not in run.stderr
        assert NOISE.search(run.stderr) is None
        assert [
            x for x in run.stderr.splitlines() if not re.match(r"\d\d:\d\d:\d\d [A-Z]+ ", x)
        ] == []
    foretold = re.compile(r"The last run like this one took \d+ s on this machine")
    assert [bool(foretold.search(run.stderr)) for run in printed] == [False, True]


@pytest.mark.slow
def test_ctrl_c_in_a_training_says_how_to_go_on_and_the_same_command_does(tmp_path):
    command = [*COMMAND, "--params=cnn.fitting.epochs=30"]
    results = tmp_path / "results"
    code, shown = on_a_terminal(command, results, stop_at=b"cnn: epoch 3/30")
    assert code == 130, shown[-3000:]
    last = CODES.sub("", shown).split("\r\n")
    told = [line for line in last if line.startswith(("Stopped.", "Trainings go on"))]
    assert told[0] == f"Stopped. To go on: kedro {' '.join(command[1:])}"
    assert len(told) == 2
    assert NOISE.search(shown) is None
    again = subprocess.run(
        command, cwd=PROJECT, env=surroundings(results), capture_output=True, text=True, check=True
    )
    assert re.search(r"cnn: goes on after epoch [2-9]", again.stderr)

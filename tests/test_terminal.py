"""Log lines in colour on a terminal, and as they are elsewhere."""

import io
import logging
import sys

import pytest
from rich.console import Console

from pneumoscope import terminal
from pneumoscope.terminal import TerminalHandler, colour_log_lines

LONG = "[train/NORMAL] " + "x" * 200


@pytest.fixture
def root(monkeypatch):
    """The root logger with a plain handler of its own to stderr, as conf/logging.yml has it."""
    plain = logging.StreamHandler(sys.stderr)
    plain.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    plain.addFilter(lambda record: record.getMessage() != "dropped")
    monkeypatch.setattr(logging.root, "handlers", [plain])
    return logging.root


def kinds(logger):
    return [type(handler) for handler in logger.handlers]


def on(monkeypatch, **options):
    screen = io.StringIO()
    console = Console(file=screen, width=80, **options)
    monkeypatch.setattr(terminal, "console", lambda: console)
    colour_log_lines()
    return screen


def test_a_terminal_shows_lines_in_the_colour_of_their_level_whole_and_unread(root, monkeypatch):
    screen = on(monkeypatch, force_terminal=True, color_system="standard")
    assert TerminalHandler in kinds(root)
    assert logging.StreamHandler not in kinds(root)
    root.warning(LONG)
    root.error("broken")
    root.warning("dropped")
    yellow, red, end = "\x1b[33m", "\x1b[31m", "\x1b[0m"
    assert screen.getvalue().splitlines() == [
        f"{yellow}WARNING {LONG}{end}", f"{red}ERROR broken{end}",
    ]  # fmt: skip


def test_what_is_fine_has_no_colour(root, monkeypatch):
    screen = on(monkeypatch, force_terminal=True, color_system="standard")
    monkeypatch.setattr(root, "level", logging.INFO)
    root.info("Completed 3 of 4")
    assert screen.getvalue() == "INFO Completed 3 of 4\n"


def test_no_color_in_the_environment_is_heeded(root, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    screen = on(monkeypatch, force_terminal=True, color_system="standard")
    root.warning("plain")
    assert "33" not in screen.getvalue()


def test_elsewhere_lines_stay_as_they_are(root, monkeypatch):
    on(monkeypatch)
    assert logging.StreamHandler in kinds(root)
    assert TerminalHandler not in kinds(root)


def test_a_handler_of_ones_own_stays(root, monkeypatch, tmp_path):
    own = logging.FileHandler(tmp_path / "log")
    root.handlers.append(own)
    on(monkeypatch, force_terminal=True)
    assert own in root.handlers
    own.close()

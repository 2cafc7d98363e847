import io
import logging

import pytest

from pneumoscope import progress
from pneumoscope.progress import duration, track


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "0 s"),
        (8, "8 s"),
        (99, "99 s"),
        (170, "3 min"),
        (4320, "72 min"),
        (7920, "2 h 12 min"),
    ],
)
def test_durations_are_said_as_a_person_would(seconds, said):
    assert duration(seconds) == said


def test_items_pass_unchanged_and_the_end_is_logged(caplog):
    with caplog.at_level(logging.INFO, logger="pneumoscope"):
        assert list(track(iter("abc"), 3, "reading")) == ["a", "b", "c"]
    assert caplog.messages == ["reading: 3 in 0 s"]


def test_long_work_says_how_long_it_still_takes(caplog, monkeypatch):
    # Ten seconds an item, by a clock that is read at the start and after each.
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(clock)))
    with caplog.at_level(logging.INFO, logger="pneumoscope"):
        list(track(range(4), 4, "reading"))
    assert caplog.messages[:3] == [
        "reading: 1 of 4, 30 s left", "reading: 2 of 4, 20 s left", "reading: 3 of 4, 10 s left",
    ]  # fmt: skip
    assert len(caplog.messages) == 4


def test_a_terminal_shows_a_bar(monkeypatch):
    screen = io.StringIO()
    terminal = progress.Console(file=screen, force_terminal=True, width=80)
    monkeypatch.setattr(progress, "Console", lambda **_: terminal)
    assert list(track(iter("ab"), 2, "reading")) == ["a", "b"]
    assert "reading" in screen.getvalue()
    assert "100%" in screen.getvalue()

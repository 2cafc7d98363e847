import io
import logging
import re

import pytest
from rich.console import Console

from pneumoscope import progress
from pneumoscope.progress import EpochBar, duration, track


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
    monkeypatch.setattr(progress, "monotonic", lambda: float(next(clock)))
    with caplog.at_level(logging.INFO, logger="pneumoscope"):
        list(track(range(4), 4, "reading"))
    assert caplog.messages[:3] == [
        "reading: 1 of 4, 30 s left", "reading: 2 of 4, 20 s left", "reading: 3 of 4, 10 s left",
    ]  # fmt: skip
    assert len(caplog.messages) == 4


@pytest.fixture
def screen(monkeypatch):
    """A terminal of 100 columns, as text; every refresh of a bar is a line of it."""
    written = io.StringIO()
    terminal = Console(file=written, force_terminal=True, width=100, color_system=None)
    monkeypatch.setattr(progress, "console", lambda: terminal)
    return written


def shown(screen):
    return [line.strip() for line in re.split(r"[\r\n]+|\x1b\[[0-9;?]*[A-Za-z]", screen.getvalue())]


def test_a_terminal_shows_a_bar(screen):
    assert list(track(iter("ab"), 2, "reading")) == ["a", "b"]
    assert any(line.startswith("reading") and "100%" in line for line in shown(screen))


def test_a_bar_reaches_its_end_though_nobody_asks_for_more_than_there_is(screen):
    bar = track(iter("abc"), 3, "reading")
    assert [next(bar) for _ in range(3)] == ["a", "b", "c"]
    last = [line for line in shown(screen) if line.startswith("reading")][-1]
    assert "100%" in last


def test_the_end_is_logged_though_nobody_asks_for_more_than_there_is(caplog):
    with caplog.at_level(logging.INFO, logger="pneumoscope"):
        assert list(zip("abc", track(iter("xyz"), 3, "reading"), strict=False))
    assert caplog.messages == ["reading: 3 in 0 s"]


def test_a_bar_that_is_left_early_does_not_claim_the_end(screen):
    bar = track(iter("abc"), 3, "reading")
    next(bar)
    bar.close()
    assert "100%" not in screen.getvalue()


def test_there_is_no_bar_over_nothing(screen):
    assert list(track(iter(()), 0, "reading")) == []
    assert screen.getvalue() == ""


@pytest.fixture
def clock(monkeypatch):
    """Seconds that tests set."""
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    return now


def test_an_epoch_shows_its_loss_and_what_is_left_of_it_until_one_has_told_more(screen, clock):
    bar = EpochBar()
    bar.begin("cnn: epoch 1/3", 4, None)
    clock[0] = 10.0
    bar.step(1, None)
    assert bar._bar.tasks[0].fields["note"] == "30 s left in this epoch"
    bar.step(2, 0.25)
    assert bar._bar.tasks[0].fields["note"] == "loss 0.250, 10 s left in this epoch"
    bar.step(4, 0.125)
    assert bar._bar.tasks[0].percentage == 100
    assert bar._bar.tasks[0].fields["note"] == "loss 0.125, validation"
    bar.end()
    assert any(line.startswith("cnn: epoch 1/3") and "100%" in line for line in shown(screen))


@pytest.mark.parametrize(
    ("expected", "left"),
    [(100.0, "about 90 s left"), (20.0, "about 30 s left")],
    ids=["by the epochs before", "never less than the epoch itself"],
)
@pytest.mark.usefixtures("screen")
def test_a_later_epoch_tells_what_is_left_of_the_training(clock, expected, left):
    bar = EpochBar()
    bar.begin("cnn: epoch 2/3", 4, expected)
    clock[0] = 10.0
    bar.step(1, 0.5)
    assert bar._bar.tasks[0].fields["note"] == f"loss 0.500, {left}"
    bar.end()


def test_elsewhere_an_epoch_shows_no_bar(capsys):
    bar = EpochBar()
    bar.begin("cnn: epoch 1/3", 4, None)
    bar.step(1, 0.5)
    bar.end()
    assert capsys.readouterr() == ("", "")

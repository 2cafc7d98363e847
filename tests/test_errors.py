import errno
import logging
import pickle

import pytest
from kedro.framework.project import pipelines
from kedro.io import DatasetError
from kedro.pipeline import Pipeline
from omegaconf import OmegaConf

from pneumoscope.errors import InputError, did_you_mean, three_lines, wants_traceback

UNUSABLE = InputError("a folder", "a file", "Name the folder above it.")


def test_the_three_parts_are_one_message_too_and_cross_a_process():
    message = "expected a folder, received a file. Name the folder above it."
    assert str(UNUSABLE) == message
    assert str(pickle.loads(pickle.dumps(UNUSABLE))) == message


def test_a_sentence_that_was_received_ends_with_one_full_stop():
    assert "received none. Look." in str(InputError("one", "none.", "Look."))


def raised(function, *arguments):
    with pytest.raises(Exception) as caught:
        function(*arguments)
    return caught.value


def test_an_input_error_is_found_in_what_kedro_wraps_around_it():
    def load():
        try:
            raise UNUSABLE
        except InputError as error:
            raise DatasetError("Failed while loading data from dataset") from error

    assert three_lines(raised(load)) == (
        "Expected: a folder", "Received: a file", "What to do: Name the folder above it.",
    )  # fmt: skip


def test_a_line_is_a_line_and_no_value_fills_the_screen():
    lines = three_lines(InputError("one\n  line", "x" * 10_000, "Shorten it."))
    assert lines[0] == "Expected: one line"
    assert len(lines[1]) < 350


@pytest.mark.parametrize(
    ("code", "remedy"),
    [(errno.ENOSPC, "Free some space"), (errno.EACCES, "permissions"), (errno.EIO, "--verbose")],
)
def test_what_the_system_says_of_a_file_is_told_with_the_file(code, remedy):
    lines = three_lines(OSError(code, "it says why", "/results/x.json"))
    assert "/results/x.json" in lines[0]
    assert f"it says why ({code})" in lines[1]
    assert remedy in lines[2]


@pytest.mark.parametrize(
    "fault",
    [
        lambda: Pipeline([]).filter(tags=["none"]),
        lambda: OmegaConf.to_container(OmegaConf.create({"a": "${b}"}), resolve=True),
        lambda: OmegaConf.create("a: [1"),
    ],
)
def test_what_kedro_omegaconf_and_yaml_refuse_is_told_in_three_lines(fault):
    assert len(three_lines(raised(fault))) == 3


@pytest.mark.parametrize("fault", [lambda: {}["x"], lambda: int("x"), lambda: pipelines.nosuch])
def test_a_fault_of_the_code_keeps_its_traceback(fault):
    assert three_lines(raised(fault)) is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("film", "Did you mean 'films'?"),
        ("SEED", "Did you mean 'Seed'?"),
        ("xyz", "Known: Seed, films."),
    ],
)
def test_the_nearest_name_is_named_or_else_all(name, told):
    assert did_you_mean(name, ["films", "Seed"]) == told


def test_a_traceback_is_shown_where_it_was_asked_for(monkeypatch):
    logger = logging.getLogger("pneumoscope")
    monkeypatch.setattr(logger, "level", logging.INFO)
    logger.manager._clear_cache()
    assert [wants_traceback(verbose) for verbose in (False, True)] == [False, True]
    monkeypatch.setattr(logger, "level", logging.DEBUG)
    logger.manager._clear_cache()
    assert wants_traceback(False)

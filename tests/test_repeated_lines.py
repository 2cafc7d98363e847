"""One line a kind of what libraries log, with a count and an example."""

import logging
import warnings
from collections.abc import Iterator

import pytest

from pneumoscope.hooks import LogHooks


class Shown(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def shown() -> Iterator[list[str]]:
    handler = Shown()
    logging.root.addHandler(handler)
    yield handler.lines
    logging.root.removeHandler(handler)


@pytest.fixture
def hooks() -> LogHooks:
    return LogHooks()


def test_lines_that_differ_in_numbers_and_quotes_are_of_one_kind(shown, hooks):
    hooks.before_pipeline_run()
    library = logging.getLogger("tifffile")
    for n in range(1356):
        library.warning("tag %d of 'film %d' at 0x%x is odd", n, n, n)
    library.warning("another kind")
    logging.getLogger("imageio").warning("tag 3 of 'film 3' at 0x3 is odd")
    assert shown == [
        "tag 0 of 'film 0' at 0x0 is odd", "another kind", "tag 3 of 'film 3' at 0x3 is odd"
    ]  # fmt: skip
    hooks.after_pipeline_run()
    assert shown[3:] == ["1,356 lines of tifffile in all like: tag 0 of 'film 0' at 0x0 is odd"]


def test_lines_of_the_project_are_all_shown_and_never_counted(shown, hooks):
    hooks.before_pipeline_run()
    for name in ("pneumoscope.ingestion.scan", "kedro.runner"):
        for n in range(3):
            logging.getLogger(name).warning("step %d", n)
    hooks.on_pipeline_error()
    assert shown == ["step 0", "step 1", "step 2"] * 2


def test_the_next_run_counts_anew(shown, hooks):
    for _ in range(2):
        hooks.before_pipeline_run()
        logging.getLogger("dask").warning("once a run")
        hooks.after_pipeline_run()
    assert shown == ["once a run"] * 2


def test_warnings_of_python_are_counted_while_a_run_lasts(shown, hooks):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        hooks.before_pipeline_run()
        for n in range(2):
            warnings.warn(f"Truncated File Read {n}", UserWarning, stacklevel=1)
        hooks.after_pipeline_run()
    assert len(shown) == 2
    assert "UserWarning: Truncated File Read 0" in shown[0]
    assert shown[1].startswith("2 lines of py.warnings in all like: ")


def test_outside_a_run_nothing_is_filtered(shown, hooks):
    hooks.before_pipeline_run()
    hooks.after_pipeline_run()
    for _ in range(2):
        logging.getLogger("dask").warning("again")
    assert shown == ["again"] * 2

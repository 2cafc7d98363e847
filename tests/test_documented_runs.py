"""Every command of README and docs/ runs, page by page, in a small clone of the project.

What runs in place of a command, and what does not run and why: tests/support/documented_runs.yml.
"""

import os
from pathlib import Path

import pytest
from documented import PAGES, named
from documented_runs import (
    Reader,
    back_to_the_start,
    clone_small,
    commands_of,
    material,
    missing,
    run_page,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="the pages' commands are of a POSIX shell"),
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Give a reader in a clone, who has run the first command of README once."""
    pytest.importorskip("dvc", reason="needs the extra `dvc`")
    reader = Reader(tmp_path_factory.mktemp("reader"))
    clone_small(reader.clone)
    reader.given["collection"] = ""
    assert reader.run("make run") == ""
    reader.given |= material(reader.work)
    assert reader.run("cp -a data $work/data") == ""
    for env in ("kermany", "hospital"):
        assert reader.run(f"RADIOGRAPHS=$collection kedro run --env {env}") == ""
    return reader


@pytest.mark.parametrize("page", [page for page in PAGES if commands_of(page)], ids=named)
def test_the_commands_of_a_page_run(page: Path, reader):
    back_to_the_start(reader)
    failed = dict(run_page(page, reader))
    assert not failed, "\n\n".join(f"{text}\n{fault}" for text, fault in failed.items())
    if left := missing(page):
        pytest.skip(f"all ran but what needs a program that is not here: {left}")

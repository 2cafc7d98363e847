"""The page and the order of the benchmarks, with a script in place of the real ones."""

from argparse import Namespace
from pathlib import Path

import pytest
import suite as real_suite

FOLDER = Path(__file__).parents[2] / "benchmarks"
SCRIPT = """
import argparse, sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from timing import Row, Section, publish
parser = argparse.ArgumentParser()
parser.add_argument("--into", type=Path)
section = Section("Good", "-", "Text.", [Row("a", "b", 1.0, 2.0, "s", [2.0])])
publish(section, parser.parse_args().into)
"""


@pytest.fixture
def suite(monkeypatch, tmp_path):
    """The suite over a script that ends well and one that fails, in a folder of its own."""
    (tmp_path / "good.py").write_text(SCRIPT.format(folder=str(FOLDER)))
    (tmp_path / "bad.py").write_text("raise SystemExit(3)")
    chosen = [real_suite.Benchmark(name, f"{name} one", 1.0, ()) for name in ("bad", "good")]
    for name, value in {
        "FOLDER": tmp_path, "SCRATCH": tmp_path / "scratch", "BENCHMARKS": tuple(chosen),
    }.items():  # fmt: skip
        monkeypatch.setattr(real_suite, name, value)
    return real_suite


def asked(**changes):
    given = {"radiographs": None, "resume": False, "quick": False, "only": None, "results": None}
    return Namespace(**{**given, **changes})


def test_a_script_that_fails_stops_none_of_the_others_and_is_named(suite):
    run = suite.prepare(asked())
    failed = suite.run_all(asked(), run)
    page = suite.write_page(asked(), run, failed)
    assert failed == ["bad"]
    assert "## Bad one\n\nFailed; `python benchmarks/bad.py` says why." in page
    assert "## Good" in page
    assert "| radiographs | phantoms" in page


def test_the_page_of_some_scripts_says_so_and_names_what_was_not_measured(suite):
    some = asked(only=["good"])
    run = suite.prepare(some)
    page = suite.write_page(some, run, suite.run_all(some, run))
    assert "Written by `python benchmarks/suite.py --only good`" in page
    assert "## Bad one\n\nNot measured: `python benchmarks/bad.py`." in page


def test_a_resumed_run_does_only_what_is_left(suite, capsys):
    suite.run_all(asked(), suite.prepare(asked()))
    capsys.readouterr()
    suite.run_all(asked(), suite.prepare(asked(resume=True)))
    printed = capsys.readouterr().err
    assert "[1/1] bad one" in printed
    assert "good one" not in printed


def test_a_run_of_other_settings_is_not_resumed(suite):
    suite.prepare(asked())
    with pytest.raises(SystemExit, match="expected to resume a run of"):
        suite.prepare(asked(resume=True, quick=True))


def test_a_run_that_is_not_resumed_begins_anew(suite):
    suite.run_all(asked(), suite.prepare(asked()))
    suite.prepare(asked())
    assert not (suite.SCRATCH / "good.json").exists()

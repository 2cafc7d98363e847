"""By what a run can be repeated: true of this run, and silent of whose machine it was."""

import platform
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from kedro.io import DatasetError

import pneumoscope
from pneumoscope.datasets.run_facts import RunFactsDataset
from pneumoscope.run_facts import run_facts

ROOT = Path(__file__).parents[1]


@pytest.fixture
def typed(monkeypatch):
    """Pretend that a command was typed, with these variables and no others."""

    def typed(*words, **variables):
        monkeypatch.setattr(sys, "argv", list(words))
        for name in ("RADIOGRAPHS", "RESULTS", "FILMS", "KEDRO_ENV"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return run_facts(ROOT, None, None).command

    return typed


def test_a_command_is_told_as_it_was_typed_and_paths_of_variables_are_not(typed):
    assert typed("/usr/bin/kedro", "run", "--env", "smoke", "--params", "seed=3,title=a b") == (
        "kedro run --env smoke --params 'seed=3,title=a b'"
    )
    command = typed("kedro", "run", RADIOGRAPHS="/home/dr-who/films", KEDRO_ENV="kermany")
    assert command == "RADIOGRAPHS=<folder> KEDRO_ENV=kermany kedro run"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("external.clinic=/home/dr-who/films", "external.clinic=<path>"),
        ("films=~/films,seed=3", "films=<path>,seed=3"),
        ("films=C:\\films", "films=<path>"),
        ("films=dicomweb+https://pacs.clinic/dicom-web?Modality=DX", "films=<path>"),
        ("/home/dr-who/conf", "<path>"),
        ("report.title=a/b", "report.title=a/b"),
    ],
)
def test_paths_of_the_machine_are_not_told(typed, given, shown):
    assert typed("kedro", "run", "--params", given) == shlex.join(
        ["kedro", "run", "--params", shown]
    )


def test_a_stage_is_repeated_by_dvc_and_its_seconds_are_not_those_of_a_run(typed):
    assert typed("kedro", "stage", "reporting") == "dvc repro reporting"
    assert run_facts(ROOT, None, 3.0).seconds is None
    typed("kedro", "run")
    assert run_facts(ROOT, None, 3.0).seconds == 3.0


def test_what_no_command_line_started_is_said_to_be_from_python(typed):
    assert typed("/usr/bin/pytest", "-q") == "from Python, not by the command line"


def test_code_machine_and_packages_are_those_at_hand():
    facts = run_facts(ROOT, "smoke", 3.0)
    assert facts.environment == "smoke"
    assert run_facts(ROOT, None, None).environment == "base"
    assert facts.packages["pneumoscope"] == pneumoscope.__version__
    assert platform.python_version() in facts.machine
    assert not platform.node() or platform.node() not in facts.machine


def test_the_commit_says_whether_the_code_is_that_of_it(tmp_path):
    assert run_facts(tmp_path, None, None).commit == "unknown: the project is no git repository"

    def git(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip

    git("init")
    (tmp_path / "code.py").write_text("a")
    git("add", ".")
    git("commit", "-m", "first")
    commit = run_facts(tmp_path, None, None).commit
    assert len(commit) == 12
    (tmp_path / "untracked.txt").write_text("b")
    assert run_facts(tmp_path, None, None).commit == commit
    (tmp_path / "code.py").write_text("changed")
    assert (
        run_facts(tmp_path, None, None).commit == f"{commit}, with changes that are not committed"
    )


def test_seconds_count_from_the_beginning_of_the_run_and_are_unknown_before(tmp_path):
    dataset = RunFactsDataset()
    assert dataset.load().seconds is None
    dataset.begin(tmp_path, "smoke")
    first, second = dataset.load().seconds, dataset.load().seconds
    assert 0 <= first <= second
    assert dataset.load().environment == "smoke"
    assert dataset.exists()
    with pytest.raises(DatasetError, match="never written"):
        dataset.save(1)

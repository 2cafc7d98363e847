"""What stands around the code: workflows, hooks, release notes, images, forms."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from pneumoscope import __version__

PROJECT = Path(__file__).parents[1]
WORKFLOWS = sorted((PROJECT / ".github/workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


def project():
    return tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]


def commands(workflow):
    jobs = yaml.safe_load(workflow.read_text())["jobs"]
    return [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.stem)
def test_workflows_run_targets_of_the_makefile_alone(workflow):
    ran = [line.split(" PYTHON=python")[0] for line in commands(workflow)]
    assert ran
    assert set(ran) <= {f"make {target}" for target in TARGETS}


def test_every_push_is_tested_on_each_supported_python_and_the_slow_tests_run_by_the_clock():
    test = yaml.safe_load((PROJECT / ".github/workflows/test.yml").read_text())
    pythons = test["jobs"]["test"]["strategy"]["matrix"]["python"]
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project()["requires-python"]).groups()
    assert pythons == [f"3.{minor}" for minor in range(int(low), int(high))]
    slow = yaml.safe_load((PROJECT / ".github/workflows/slow.yml").read_text())
    # YAML 1.1 reads `on` as true.
    assert slow[True]["schedule"]
    assert {"make slow", "make matrix"} <= set(commands(PROJECT / ".github/workflows/slow.yml"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.stem)
def test_workflows_may_read_and_no_more(workflow):
    assert yaml.safe_load(workflow.read_text())["permissions"] == {"contents": "read"}


def test_hooks_run_the_tools_of_the_environment_and_no_second_versions():
    (repo,) = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repo["repo"] == "local"
    tools = {hook["entry"].split()[0] for hook in repo["hooks"]}
    assert tools == {".venv/bin/ruff", ".venv/bin/mypy", ".venv/bin/kedro"}
    assert {hook["language"] for hook in repo["hooks"]} == {"system"}


def test_the_version_is_one():
    cited = yaml.safe_load((PROJECT / "CITATION.cff").read_text())
    releases = re.findall(r"^## \[(\d\S*)\] - (\S+)", (PROJECT / "CHANGELOG.md").read_text(), re.M)
    assert project()["version"] == __version__ == cited["version"] == releases[0][0]
    assert cited["date-released"] == releases[0][1]
    assert cited["license"] == project()["license"]


def test_modules_that_are_imported_by_name_have_names_of_their_own():
    # Whichever folder comes first on the path would hide the other's module.
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["pytest"]
    folders = settings["ini_options"]["pythonpath"]
    names = [file.stem for folder in folders for file in (PROJECT / folder).glob("*.py")]
    assert {name for name in names if names.count(name) > 1} == set()


def test_no_test_sets_the_clock_of_the_whole_process():
    # A service that another test keeps running would then wait for a time that never comes.
    own = Path(__file__)
    clock = re.compile(r"""setattr\(\s*(["'][\w.]*|[\w.]+)\btime\b["']?\s*[.,]""")
    assert clock.search('monkeypatch.setattr(progress.time, "monotonic", clock)')
    assert clock.search('monkeypatch.setattr("pneumoscope.progress.time.monotonic", clock)')
    assert not clock.search('monkeypatch.setattr(progress, "monotonic", clock)')
    for file in own.parent.rglob("*.py"):
        assert file == own or not clock.search(file.read_text("utf-8")), file


def test_images_run_as_nobody_in_particular_and_bring_the_lock():
    for file in ("Dockerfile", "Dockerfile.serve", ".devcontainer/Dockerfile"):
        stages = (PROJECT / file).read_text().split("\nFROM ")
        assert re.search(r"^USER [1-9]\d*$", stages[-1], re.MULTILINE), file
    here = copied("Dockerfile") | copied("Dockerfile.serve")
    ours = {"pyproject.toml", "requirements.lock", "README.md", "LICENSE", "src"}
    assert copied("Dockerfile") == {*ours, "conf"}
    assert copied("Dockerfile.serve") == {*ours, "requirements-serve.lock"}
    assert all((PROJECT / name).exists() for name in here)
    kept = (PROJECT / ".dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in here} <= set(kept)
    assert "conf/local" in kept


def copied(file):
    """Give what a container's file copies out of the checkout."""
    lines = re.findall(r"^COPY (?!--)(.*) \S+$", (PROJECT / file).read_text(), re.M)
    return {name for line in lines for name in line.split()}


def test_the_image_of_the_service_serves_by_options_that_there_are():
    text = (PROJECT / "Dockerfile.serve").read_text().replace("\\\n", "")
    entry = json.loads(re.search(r"^ENTRYPOINT (.*)$", text, re.M)[1])
    options = [word for word in entry if word.startswith("--")]
    from pneumoscope.serving.command import _parser

    known = {name for action in _parser("", {})._actions for name in action.option_strings}
    assert entry[:4] == ["python", "-m", "pneumoscope", "serve"]
    assert set(options) <= known
    assert "/health" in re.search(r"^HEALTHCHECK .*$", text, re.M)[0]


def test_the_image_installs_extras_that_there_are():
    named = re.findall(r"pneumoscope\[([a-z,0-9]+)\]", (PROJECT / "Dockerfile").read_text())
    extras = {extra for group in named for extra in group.split(",")}
    assert extras
    assert extras <= set(project()["optional-dependencies"])


def test_the_development_container_sets_up_by_a_target():
    container = json.loads((PROJECT / ".devcontainer/devcontainer.json").read_text())
    assert container["postCreateCommand"].removeprefix("make ") in TARGETS


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md"])
def test_pages_name_targets_and_files_that_there_are(page):
    text = (PROJECT / page).read_text()
    assert set(re.findall(r"`make ([a-z]+)", text)) <= TARGETS
    links = [link.split("#")[0] for link in re.findall(r"\]\((?!http)([^)]+)\)", text)]
    assert [link for link in links if not (PROJECT / link).exists()] == []


def test_forms_for_issues_are_whole():
    for form in (PROJECT / ".github/ISSUE_TEMPLATE").glob("[!c]*.yml"):
        found = yaml.safe_load(form.read_text())
        assert {"name", "description", "body"} <= set(found), form.name
        ids = [field["id"] for field in found["body"] if field["type"] != "markdown"]
        assert len(ids) == len(set(ids)) > 0

"""Every command, option, path and link of README and docs/ is one that there is."""

import os
import re
import shutil
import subprocess
import time
from functools import cache

import pytest
from documented import (
    LINK,
    PAGES,
    PROJECT,
    Command,
    anchors,
    blocks,
    fragments,
    inline,
    named,
    slug,
    spans,
    text_of,
)
from documented_checks import OTHER_PROGRAMS, PROGRAMS, fault_of, fault_of_options
from documented_runs import (
    INSTEAD,
    LEFT_OUT,
    NEEDS,
    REFUSED,
    SERVES,
    Reader,
    answers,
    clone_small,
    commands_of,
    stop,
    substituted,
)

SHOWN_TO_BE_REFUSED = "docs/parameters.md: kedro run --params film=/films"

each_page = pytest.mark.parametrize("page", PAGES, ids=named)


@each_page
def test_commands_are_accepted_by_the_parsers_that_would_read_them(page):
    commands = [command for block in blocks(page) for command in block]
    commands += inline(page, {*PROGRAMS, *OTHER_PROGRAMS})
    faults = {str(one): fault for one in commands if (fault := fault_of(one))}
    faults.pop(SHOWN_TO_BE_REFUSED, None)
    assert faults == {}


@each_page
def test_options_named_without_their_command_are_of_some_command(page):
    found = {str(one): fault for one in fragments(page) if (fault := fault_of_options(one))}
    assert found == {}


def test_the_refusal_that_a_page_shows_is_the_one_that_is_printed():
    page = PROJECT / "docs/parameters.md"
    (command,) = [one for block in blocks(page) for one in block]
    assert str(command) == SHOWN_TO_BE_REFUSED
    shown = dict(re.findall(r"^(Expected|Received|What to do): (.*)$", text_of(page), re.MULTILINE))
    told = "expected {Expected}, received {Received}. {What to do}".format(**shown)
    assert fault_of(command) == told


@each_page
def test_links_lead_to_pages_and_headings_that_there_are(page):
    broken = []
    for link in LINK.findall(text_of(page)):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_what_is_said_of_a_run_of_a_command_is_of_one_that_a_page_names():
    every = {text for page in PAGES for text in commands_of(page)}
    needing = {text for texts in NEEDS.values() for text in texts}
    assert {*LEFT_OUT, *INSTEAD, *SERVES, *REFUSED, *needing} <= every
    assert set(LEFT_OUT).isdisjoint({*INSTEAD, *SERVES, *REFUSED})
    assert [text for text, reason in LEFT_OUT.items() if len(reason) < 5] == []


@each_page
def test_nothing_is_left_to_the_reader_in_a_command_that_is_run(page):
    lines = [substituted(text) for text in commands_of(page) if text not in LEFT_OUT]
    assert [line for line in lines if re.search(r"<\w[\w ]*>|…", line)] == []


# What installs, tests, or serves until it is stopped.
UNENDED = re.compile(
    r"\bpip install\b|\bpytest\b|\b(kedro|pneumoscope) serve\b|\bkedro viz\b|_server\b|http\.server"
)


@each_page
def test_no_command_is_run_to_its_end_that_has_none_or_installs_or_tests(page):
    ending = [substituted(text) for text in commands_of(page) if text not in {*LEFT_OUT, *SERVES}]
    assert [line for line in ending if UNENDED.search(line)] == []


FOLDERS = ("benchmarks", "conf", "docs", "notebooks", "src", "tests")
PATH = re.compile(rf"(?:{'|'.join(FOLDERS)})(?:/[\w.-]+)+/?|(?:\w+/)*\w+\.py")
MADE_BY_THE_READER = ("conf/local/", "benchmarks/.sections", "pneumoscope_", "job.py")


@pytest.mark.skipif(os.name == "nt", reason="needs bash")
def test_what_serves_is_stopped_with_what_it_has_started(tmp_path):
    reader = Reader(tmp_path)
    reader.clone.mkdir()
    server, fault = reader.serve("python -m http.server --bind 127.0.0.1 $port & wait")
    assert fault == ""
    stop(server)
    until = time.monotonic() + 10
    while answers(int(reader.given["port"])) and time.monotonic() < until:
        time.sleep(0.05)
    assert not answers(int(reader.given["port"]))


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_installs_nothing_in_the_small_clone_after_git_has_touched_what_is_locked(tmp_path):
    clone_small(tmp_path)
    later = time.time() + 60
    for name in ("pyproject.toml", "requirements.lock"):
        os.utime(tmp_path / name, times=(later, later))
    # Below another make it would name the folder, and so this test.
    told = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "run", "experiments", "viz"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "kedro viz" in told
    assert "install" not in told.lower()


@cache
def every_module() -> list[str]:
    """Give the paths of the project's own modules; an environment beside them has many more."""
    folders = (PROJECT / folder for folder in FOLDERS)
    return [file.as_posix() for folder in folders for file in folder.rglob("*.py")]


@each_page
def test_files_of_the_project_that_a_page_names_are_there(page):
    named_here = {span for span in spans(page) if PATH.fullmatch(span)}
    missing = [
        name
        for name in named_here
        if not (PROJECT / name).exists()
        and not name.startswith(MADE_BY_THE_READER)
        and not (name.endswith(".py") and any(file.endswith(f"/{name}") for file in every_module()))
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("kedro run --env smoek", "no environment 'smoek'"),
        ("kedro run --envs smoke", "No such option"),
        ("kedro run --pipelines=trainig", "no pipelines ['trainig'] in base"),
        ("kedro run --to-nodes=group_films", "no to_nodes ['group_films']"),
        ("kedro run --namespaces=vgg", "no namespaces ['vgg']"),
        ("kedro run --params cnn.fitting.epoch=3", "received `epoch`. Did you mean 'epochs'?"),
        ("kedro run --params seed=-1", "`seed`"),
        ("kedro export --env kermany --model ensemble", "a model of the comparison"),
        ("kedro serve --prot 8000", "unrecognized arguments: --prot"),
        ("kedro stage trainig", "no stage 'trainig'"),
        ("kedro check", "Missing argument"),
        ("make tset", "no target 'tset'"),
        ("make run PYTHN=python3", "the Makefile reads no"),
        ("python -m pneumoscope predict film.png --prevalence 2", "expected a share"),
        ("python benchmarks/memory.py --count 3", "takes no --count"),
        ("python benchmarks/memories.py", "no file benchmarks/memories.py"),
        ("uv pip install '.[dcom]'", "no extra ['dcom']"),
        ("pytest tests/nowhere", "no file tests/nowhere"),
        ("ruff check", "no check for the program 'ruff'"),
    ],
)
def test_what_would_be_refused_is_told(words, told):
    assert told in fault_of(Command("page", words, (), tuple(words.replace("'", "").split())))


def test_a_variable_that_nothing_reads_is_told():
    assert "nothing reads ['RESULT']" in fault_of(Command("", "", ("RESULT",), ("make", "run")))
    assert fault_of(Command("", "", ("RESULTS", "CNN_WEIGHTS"), ("make", "run"))) == ""


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Add an architecture in three steps", "add-an-architecture-in-three-steps"),
        ("What `kedro check` tells, and what not", "what-kedro-check-tells-and-what-not"),
    ],
)
def test_the_anchor_of_a_heading_is_that_of_code_hosts(heading, anchor):
    assert slug(heading) == anchor

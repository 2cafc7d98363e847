import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.cli.utils import KedroCliError
from kedro.runner import SequentialRunner

from pneumoscope import cli, graph
from pneumoscope.errors import InputError
from pneumoscope.hooks import CheckpointHooks
from pneumoscope.side_by_side import SideBySideRunner

PROJECT = Path(__file__).parents[1]
KEDRO = str(Path(sys.executable).with_name("kedro"))


def test_every_option_of_kedros_own_run_is_there_and_verbose_too():
    kedros = {option.name: option.opts for option in kedro_run.params}
    ours = {option.name: option.opts for option in cli.run.params}
    assert ours.pop("verbose") == ["--verbose", "-v"]
    assert ours == kedros


def test_the_command_is_found_where_a_packaged_project_looks_for_it():
    from kedro.framework.cli.utils import find_run_command

    assert find_run_command("pneumoscope") is cli.run


def told(error, capsys):
    try:
        raise error
    except type(error):
        cli.print_error(*sys.exc_info())
    return capsys.readouterr().err


def test_what_a_user_can_mend_is_told_in_three_lines(capsys):
    error = InputError("a folder", "a file", "Name the folder.")
    assert told(error, capsys).splitlines() == [
        "Expected: a folder", "Received: a file", "What to do: Name the folder.",
    ]  # fmt: skip


def test_a_fault_of_the_code_shows_where_it_is(capsys):
    assert "Traceback" in told(KeyError("x"), capsys)


def test_a_traceback_is_added_if_asked_for(capsys, monkeypatch):
    monkeypatch.setattr(KedroCliError, "VERBOSE_ERROR", True)
    printed = told(InputError("a", "b", "c"), capsys)
    assert "Traceback" in printed
    assert printed.endswith("Expected: a\nReceived: b\nWhat to do: c\n")


@pytest.mark.parametrize("trains", [True, False])
def test_ctrl_c_says_how_to_go_on_and_of_trainings_only_if_there_are_any(
    trains, monkeypatch, capsys
):
    monkeypatch.setattr(CheckpointHooks, "trains", trains)
    with pytest.raises(SystemExit) as stopped, cli.says_how_to_go_on("kedro run --env smoke"):
        raise KeyboardInterrupt
    assert stopped.value.code == 130
    kept = "Trainings go on after the last epoch that ended; other steps begin anew."
    assert capsys.readouterr().err.splitlines() == [
        "Stopped. To go on: kedro run --env smoke", *[kept] * trains,
    ]  # fmt: skip


def test_an_export_that_is_stopped_says_how_to_go_on(monkeypatch, capsys):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("kedro.framework.session.KedroSession.create", stop)
    monkeypatch.setattr(sys, "argv", ["kedro", "export", "--model", "cnn"])
    with pytest.raises(SystemExit) as stopped:
        cli.export.callback("cnn", "onnx", None, None, {})
    assert stopped.value.code == 130
    assert capsys.readouterr().err.startswith("Stopped. To go on: kedro export --model cnn")


def test_what_ends_well_or_fails_says_nothing_of_going_on(capsys):
    with cli.says_how_to_go_on("kedro run"):
        pass
    with pytest.raises(ValueError, match="bad"), cli.says_how_to_go_on("kedro run"):
        raise ValueError("bad")
    assert capsys.readouterr() == ("", "")


HEAVY = (
    "PIL", "cv2", "dask", "jax", "keras", "matplotlib", "numpy", "pandas", "pyarrow", "scipy",
    "sklearn", "tensorflow",
)  # fmt: skip


def test_no_command_waits_for_what_it_does_not_use(tmp_path):
    commands = [["--help"], ["registry", "list"], ["results"], ["run", "--params=sed=3"]]
    code = f"""
import sys
from kedro.framework.cli.cli import main
for command in {commands}:
    sys.argv = ["kedro", *command]
    try:
        main()
    except SystemExit as end:
        print("ended:", end.code)
    except ValueError as error:
        print("refused:", error.received)
    print("loaded:", [name for name in {HEAVY} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={**os.environ, "RESULTS": str(tmp_path), "KEDRO_ENV": "smoke"},
        capture_output=True,
        text=True,
        check=True,
    )
    told = [line for line in done.stdout.splitlines() if line.split(":")[0] in ("ended", "refused")]
    assert told == ["ended: 0", "ended: 0", "refused: none", "refused: `sed`"]
    assert "- preprocessing" in done.stdout
    loaded = [line for line in done.stdout.splitlines() if line.startswith("loaded:")]
    assert loaded == ["loaded: []"] * len(commands)


def refused(*arguments, results, **environment):
    """Run the real command and return what it prints, having seen that it wrote nothing."""
    dropped = {"RADIOGRAPHS", "FILMS", "KEDRO_ENV", "KEDRO_LOGGING_CONFIG"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    done = subprocess.run(
        [KEDRO, *arguments],
        cwd=PROJECT,
        env={**kept, "RESULTS": str(results), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert [path.name for path in Path(results).parent.iterdir()] == []
    return done.stderr.splitlines()


def test_a_misspelt_key_stops_the_real_command_before_anything_is_written(tmp_path):
    lines = refused("run", "--env=smoke", "--params=film=/films", results=tmp_path / "results")
    assert lines == [
        "Expected: a parameter that exists",
        "Received: `film`",
        "What to do: Did you mean 'films'? It stands in --params.",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "environment", "received"),
    [
        (["run", "--params=cnn.fitting.learning_rate=.inf"], {}, "Infinity"),
        (["run", "--params=seed=-1"], {}, "-1"),
        (["run", "--params=evaluation.ece_bins=1000000000"], {}, "1000000000"),
        (["run", "--params=cnn.fitting.epochs=true"], {}, "true"),
        (["run", "--params=seed=3,films"], {}, '"3,films"'),
        (["run", "--pipeline=trainig"], {}, "'trainig'"),
        (["run", "--pipelines=training", "--tags=data"], {}, "'data'"),
        (["run", "--tags=data", "--namespaces=cnn"], {}, "contains no nodes"),
        (["run", "--pipelines=inference", "--load-versions=model_nosuch:1"], {}, "'model_nosuch'"),
        (["run", "--from-nodes=rebalance_training"], {}, "nothing, since it is only ever kept"),
        (["run", "--pipelines=reporting"], {}, "nothing at "),
        (["run", "--runner=NoRunner"], {}, "NoRunner"),
        (["run", "--env=smoek"], {}, "'smoek'"),
        (["run"], {"RADIOGRAPH": "/films"}, "RADIOGRAPH"),
        (["run"], {"RADIOGRAPHS": "/nowhere"}, "/nowhere"),
        (["results", "--params=sed=3"], {}, "`sed`"),
        (["registry", "list"], {"KEDRO_ENV": "smoek"}, "'smoek'"),
        (["catalog", "list-patterns", "--env=smoek"], {}, "'smoek'"),
    ],
)
def test_every_command_refuses_in_three_lines(arguments, environment, received, tmp_path):
    env = {"KEDRO_ENV": "smoke", **environment}
    lines = refused(*arguments, results=tmp_path / "results", **env)
    told = [line for line in lines if not line.startswith("Option '--pipeline' is deprecated")]
    assert [line.split(":")[0] for line in told[-3:]] == ["Expected", "Received", "What to do"]
    assert received in told[-2]


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["--verbose", "KEDRO_LOGGING_CONFIG"])
def test_the_traceback_is_there_for_those_who_ask(asked, tmp_path):
    verbose = [asked] if asked == "--verbose" else []
    environment = {}
    if not verbose:
        loggers = "loggers: {pneumoscope: {level: DEBUG}}"
        file = tmp_path.with_suffix(".yml")
        file.write_text(f"version: 1\ndisable_existing_loggers: false\n{loggers}\n")
        environment = {asked: str(file)}
    command = ["run", "--env=smoke", "--params=sed=3", *verbose]
    lines = refused(*command, results=tmp_path / "results", **environment)
    assert "Traceback (most recent call last):" in lines
    assert lines[-2] == "Received: `sed`"


@pytest.mark.slow
def test_a_model_with_a_dotted_name_is_refused_where_it_is_read(tmp_path):
    named = "--params=architectures=[cnn.v2]"
    lines = refused("run", "--env=smoke", named, results=tmp_path / "results")
    assert lines[1:] == [
        "Received: 'cnn.v2'",
        "What to do: Call it 'cnn_v2', for example.",
    ]


def test_a_graph_that_cannot_be_written_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{graph.BEGIN}\n{graph.END}\nafter\n", encoding="utf-8")
    before = page.read_text(encoding="utf-8")

    def half(path: Path, text: str, **_) -> None:
        path.write_bytes(text[: len(text) // 2].encode())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kedro.framework.project.pipelines", {})
    with monkeypatch.context() as full:
        full.setattr(Path, "write_text", half)
        with pytest.raises(OSError, match="No space"):
            cli.graph.callback(page)
    assert page.read_text(encoding="utf-8") == before
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]
    cli.graph.callback(page)
    assert "flowchart TD" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("runner", [SequentialRunner, SideBySideRunner])
@pytest.mark.parametrize(
    ("error", "told"), [(InputError("a", "b", "c"), False), (MemoryError("epoch 3"), True)]
)
def test_a_refused_input_is_not_to_be_gone_on_from(caplog, error, told, runner):
    advice = "There are 3 nodes that have not run.\nYou can resume"
    try:
        raise RuntimeError("of a node") from error
    except RuntimeError:
        logging.getLogger(runner.__module__).warning(advice)
    assert caplog.messages == [advice] * told

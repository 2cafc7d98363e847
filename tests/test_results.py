"""What `kedro results` says where there is nothing, or not all, to print."""

from io import StringIO
from types import SimpleNamespace

import pytest
from rich.console import Console

from pneumoscope.errors import InputError
from pneumoscope.results import _of_the_report, _table, check_folders, print_results

RECORD = {
    "type": "pneumoscope.datasets.record.RecordDataset",
    "record": "pneumoscope.evaluation.records.ModelMetrics",
}


@pytest.fixture
def context(tmp_path):
    """A project whose two models have nothing yet; tests fill its folder."""
    entries = {
        "comparison": {"type": "CSVDataset", "filepath": "data/comparison.csv"},
        "report": {"type": "TextDataset", "filepath": "data/report.html"},
        "{architecture}.metrics": {**RECORD, "filepath": "data/{architecture}.json"},
    }
    (tmp_path / "data").mkdir()
    loader = {"parameters": {"architectures": ["mlp", "cnn"]}, "catalog": entries}
    return SimpleNamespace(
        project_path=tmp_path, env=None, _runtime_params=None, config_loader=loader
    )


def told(context):
    with pytest.raises(InputError) as error:
        print_results(context)
    return error.value


def test_a_fresh_clone_is_told_what_to_run(context):
    error = told(context)
    assert (error.expected, error.received) == ("the results of a run in 'data'", "none")
    assert error.remedy == "Run first: kedro run"


@pytest.mark.parametrize(
    ("env", "params", "command"),
    [
        ("smoke", None, "kedro run --env=smoke"),
        ("local", None, "kedro run"),
        (None, {"seed": 4}, "kedro run, with the same --params"),
        ("kermany", {"seed": 4}, "kedro run --env=kermany, with the same --params"),
    ],
)
def test_the_command_is_the_one_whose_results_were_asked_for(context, env, params, command):
    context.env, context._runtime_params = env, params
    assert told(context).remedy == f"Run first: {command}"


def test_a_model_that_the_last_run_did_not_have_is_named_with_its_file(context):
    (context.project_path / "data/comparison.csv").touch()
    context.env = "kermany"
    error = told(context)
    assert error.expected == "`mlp.metrics` of the last run"
    assert error.received == "nothing at 'data/mlp.json'"
    assert error.remedy.startswith("Run all of it: kedro run --env=kermany; or name that run's")


def test_no_report_is_to_be_opened_that_is_not_there(context):
    report = context.project_path / "data/report.html"
    there_is_none = "There is no report yet: kedro run --pipelines=reporting"
    assert _of_the_report(report, context) == there_is_none
    report.touch()
    assert _of_the_report(report, context) == "Open the report: data/report.html"


def test_values_come_with_their_intervals_and_what_is_undefined_with_none():
    row = {"architecture": "mlp", "split": "test", "n": "1200"}
    for metric, value, low, high in [
        ("auroc", "0.98765", "0.9", "1.0"), ("accuracy", "", "", ""),
        ("sensitivity", "0.5", "", ""), ("specificity", "1.0", "0.75", "1.0"),
    ]:  # fmt: skip
        row |= {metric: value, f"{metric}_low": low, f"{metric}_high": high}
    console = Console(width=80, file=StringIO())
    console.print(_table([row], "two films"))
    lines = [line.split() for line in console.file.getvalue().splitlines()]
    assert ["SYNTHETIC:", "two", "films"] in lines
    assert ["mlp", "test", "1,200", "0.988", "n/a", "0.500", "1.000"] in lines
    assert ["0.90-1.00", "0.75-1.00"] in lines


@pytest.mark.parametrize(
    ("folders", "compare", "plain"),
    [
        ((), True, False),
        (("a",), True, False),
        (("a", "b"), False, False),
        ((), False, True),
        (("a", "a/../a"), True, False),
    ],
)
def test_folders_that_nothing_compares_are_refused(tmp_path, folders, compare, plain):
    with pytest.raises(InputError):
        check_folders([tmp_path / name for name in folders], compare, plain)


def test_folders_to_compare_and_none_to_print_are_taken(tmp_path):
    check_folders([tmp_path / "a", tmp_path / "b"], True, True)
    check_folders([], False, False)

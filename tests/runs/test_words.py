"""Runs side by side as a terminal shows them."""

import json
from dataclasses import replace
from io import StringIO

from example_runs import GOOD, POOR, contract, metrics, record, rows
from rich.console import Console

from pneumoscope.options import EvaluationOptions
from pneumoscope.runs.compare import compare_runs
from pneumoscope.runs.differing import differing_parameters, differing_versions, facts
from pneumoscope.runs.finished import EvaluatedModel, EvaluatedRun
from pneumoscope.runs.words import as_json, as_text

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})


def a_run(folder, scores, fingerprint, known=None, **training):
    model = EvaluatedModel(
        metrics(fingerprint), rows(scores), contract("cnn", fingerprint, **training)
    )
    return EvaluatedRun(folder, {"cnn": model}, known)


def recorded(**parameters):
    return record(parameters={"seed": 7, **parameters}, packages={"keras": "3"})


def test_what_differs_is_told_and_what_does_not_is_not():
    runs = [
        a_run("a", POOR, "1", recorded(rate=0.1)),
        a_run("b", GOOD, "2", recorded(rate=0.2, more=True)),
    ]
    assert differing_parameters(runs) == {"rate": ["0.1", "0.2"], "more": ["none", "True"]}
    assert differing_versions(runs) == {}
    assert differing_parameters([runs[0], runs[0]]) == {}
    newer = replace(runs[1].record, facts=replace(runs[1].record.facts, packages={"keras": "4"}))
    assert differing_versions([runs[0], replace(runs[1], record=newer)]) == {"keras": ["3", "4"]}


def test_weights_that_a_path_hides_are_told_apart_by_their_hash():
    from pneumoscope.models.records import StartingWeights

    runs = [
        a_run(n, GOOD, n, recorded(), started_from=StartingWeights("own.h5", sha256=n * 64))
        for n in ("1", "2")
    ]
    name, values = next(iter(differing_parameters(runs).items()))
    assert (name, values) == ("cnn.started_from", [f"own.h5 {'1' * 12}", f"own.h5 {'2' * 12}"])


def test_a_run_without_a_record_is_compared_by_its_trainings():
    runs = [
        a_run("a", POOR, "1", recorded(), parameters={"fitting": {"epochs": 3}}),
        a_run("b", GOOD, "2", None, parameters={"fitting": {"epochs": 5}}),
    ]
    assert differing_parameters(runs) == {"cnn.fitting.epochs": ["3", "5"]}
    assert facts(runs)["commit"] == ["abc", "not on record"]
    assert facts(runs)["training films"] == ["a" * 12, "a" * 12]


def test_tables_fit_80_columns_with_an_interval_below_each_value():
    runs = [a_run("a", POOR, "1", recorded()), a_run("b", GOOD, "2", recorded())]
    compared = [compare_runs(*runs, OPTIONS)]
    console = Console(width=80, file=StringIO())
    console.print(as_text(runs, compared, 0.95))
    lines = console.file.getvalue().splitlines()
    (accuracy,) = [n for n, line in enumerate(lines) if line.split()[:2] == ["cnn", "accuracy"]]
    assert lines[accuracy].split()[2:5] == ["0.375", "0.750", "+0.375"]
    assert lines[accuracy + 1].count(" to ") == 3
    assert any(line.startswith("Parameters that differ: none") for line in lines)
    assert "another seed moves a model as well" in " ".join(lines)


def test_the_same_as_plain_data():
    runs = [a_run("a", POOR, "1", recorded()), a_run("b", GOOD, "2", recorded())]
    plain = json.loads(json.dumps(as_json(runs, [compare_runs(*runs, OPTIONS)])))
    first = plain["compared_with_the_first"][0]
    assert first["films"] == {"first": 8, "second": 8, "common": 8, "obstacle": ""}
    auroc = first["differences"][0]
    assert (auroc["model"], auroc["metric"]) == ("cnn", "auroc")
    assert auroc["difference"]["low"] < auroc["difference"]["value"]

"""What several runs were run with, as far as it differs."""

from collections.abc import Mapping, Sequence
from typing import Any

from pneumoscope.inference.finished_run import SHORT
from pneumoscope.runs.finished import EvaluatedRun
from pneumoscope.runs.record import flattened

NOT_ON_RECORD = "not on record"
ABSENT = "none"

Rows = dict[str, list[str]]
"""What is compared, to its value in each run."""


def facts(runs: Sequence[EvaluatedRun]) -> Rows:
    """Return when, by what and on which data each run was made."""
    known = [run.record.facts if run.record else None for run in runs]
    rows = {
        name: [NOT_ON_RECORD if one is None else str(getattr(one, name)) for one in known]
        for name in ("date", "environment", "command", "commit", "machine")
    }
    return {"folder": [str(run.folder) for run in runs], **rows, **_training_films(runs)}


def differing_parameters(runs: Sequence[EvaluatedRun]) -> Rows:
    """Return the parameters that differ, by their dotted names.

    Where a run has no record of all of them, only those that its models were trained with are
    compared.
    """
    whole = [run.record.parameters if run.record else None for run in runs]
    if any(one is None for one in whole):
        return _differing([_trained_with(run) for run in runs])
    started = [_started_from(run) for run in runs]
    return _differing([{**(own or {}), **from_} for own, from_ in zip(whole, started, strict=True)])


def differing_versions(runs: Sequence[EvaluatedRun]) -> Rows:
    """Return the packages whose versions differ."""
    versions: list[dict[str, Any]] = []
    for run in runs:
        found = dict(run.record.facts.packages) if run.record else {}
        for name, training in _trainings(run).items():
            found |= {f"{package} of {name}": v for package, v in training.packages.items()}
        versions.append(found)
    known = set.intersection(*(set(one) for one in versions))
    return _differing([{k: v for k, v in one.items() if k in known} for one in versions])


def _training_films(runs: Sequence[EvaluatedRun]) -> Rows:
    hashes = [{one.data.sha256[:SHORT] for one in _trainings(run).values()} for run in runs]
    return {"training films": [", ".join(sorted(one)) or NOT_ON_RECORD for one in hashes]}


def _trainings(run: EvaluatedRun) -> dict[str, Any]:
    contracts = {name: model.contract for name, model in run.models.items()}
    return {name: one.training for name, one in contracts.items() if one and one.training}


def _trained_with(run: EvaluatedRun) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, training in _trainings(run).items():
        found |= flattened({name: {"seed": training.seed, **training.parameters}})
        found |= flattened({"preprocessing": training.preprocessing})
    return {**found, **_started_from(run)}


def _started_from(run: EvaluatedRun) -> dict[str, str]:
    """Return the weights that trainings began with: of a path, parameters show nothing."""
    return {
        f"{name}.started_from": f"{one.source} {(one.sha256 or '')[:SHORT]}".strip()
        for name, training in _trainings(run).items()
        for one in [training.started_from]
    }


def _differing(found: Sequence[Mapping[str, Any]]) -> Rows:
    names = dict.fromkeys(name for one in found for name in one)
    rows = {name: [one.get(name, ABSENT) for one in found] for name in names}
    return {
        name: [str(value) for value in values]
        for name, values in rows.items()
        if any(value != values[0] or type(value) is not type(values[0]) for value in values)
    }

"""A finished run read back from its folder: what was measured of its models, and on what."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pydantic import TypeAdapter

from pneumoscope.errors import InputError
from pneumoscope.evaluation.records import ModelMetrics, ScoredBy
from pneumoscope.inference.finished_run import SHORT, FinishedRun
from pneumoscope.models.records import ModelContract
from pneumoscope.naming import Column, Split
from pneumoscope.runs.record import RunRecord, read_record

_EVALUATE = "Run kedro run there, with RESULTS=<that folder>; or name another."


@dataclass(frozen=True, eq=False)
class EvaluatedModel:
    """One model or ensemble of a run.

    Attributes:
        metrics: What was measured of it.
        test: Its scores on test, with the columns of stored scores and sha256, by radiograph_id.
        contract: What it promises, and where it comes from; None where it is of other weights.
    """

    metrics: ModelMetrics
    test: pd.DataFrame
    contract: ModelContract | None


@dataclass(frozen=True, eq=False)
class EvaluatedRun:
    """A run whose models were evaluated.

    Attributes:
        folder: Of its results.
        models: In the order of its table.
        record: What it was run with; None of a run before there were records.
    """

    folder: Path
    models: Mapping[str, EvaluatedModel]
    record: RunRecord | None


def read_run(folder: Path) -> EvaluatedRun:
    """Read a finished run.

    Raises:
        InputError: It is no folder of results, its evaluation is not finished, its scores are of
            other weights than its metrics, or its models scored different films.
    """
    table = folder / "08_reporting/comparison.csv"
    if not table.is_file():
        what = f"nothing at '{table}'" if folder.is_dir() else "no such folder"
        raise InputError(f"the results of a finished run in '{folder}'", what, _EVALUATE)
    names = pd.read_csv(table, usecols=[Column.ARCHITECTURE])[Column.ARCHITECTURE].unique()
    manifest = _table(folder, "02_intermediate/manifest.parquet")
    hashes = manifest.set_index(Column.RADIOGRAPH_ID)[Column.SHA256]
    models = {str(name): _model(FinishedRun(folder), str(name), hashes) for name in names}
    _check_one_test(folder, models)
    return EvaluatedRun(folder, models, read_record(folder))


def _model(run: FinishedRun, name: str, hashes: pd.Series) -> EvaluatedModel:
    metrics = run.metrics(name)
    fingerprint = metrics.model.fingerprint
    scored = run.results / f"07_model_output/{name}/scored_by.json"
    if not scored.is_file() or _scored_by(scored).fingerprint != fingerprint:
        raise InputError(
            f"scores of {name} in '{run.results}' by the weights that were measured "
            f"({fingerprint[:SHORT]})",
            "those of other weights, as where an evaluation was cut off",
            _EVALUATE,
        )
    scores = _table(run.results, f"07_model_output/{name}/scores.parquet")
    test = scores[scores[Column.SPLIT] == Split.TEST].sort_values(Column.RADIOGRAPH_ID)
    known = test[Column.RADIOGRAPH_ID].map(hashes)
    if known.isna().any():
        raise InputError(
            f"every film that {name} scored in the manifest of '{run.results}'",
            f"{int(known.isna().sum())} of {len(test)} that it lacks",
            _EVALUATE,
        )
    return EvaluatedModel(
        metrics, test.assign(**{Column.SHA256: known}).reset_index(drop=True),
        _contract(run, name, fingerprint),
    )  # fmt: skip


def _check_one_test(folder: Path, models: Mapping[str, EvaluatedModel]) -> None:
    (first, one), *others = models.items()
    films = [Column.RADIOGRAPH_ID, Column.LABEL, Column.PATIENT_ID]
    for name, other in others:
        if not one.test[films].equals(other.test[films]):
            raise InputError(
                f"the same test films of all models in '{folder}'",
                f"others of {name} than of {first}, as where one of them was evaluated again alone",
                _EVALUATE,
            )


def _contract(run: FinishedRun, name: str, fingerprint: str) -> ModelContract | None:
    try:
        return run.contract(name, fingerprint)
    except InputError:
        return None


def _scored_by(path: Path) -> ScoredBy:
    return TypeAdapter(ScoredBy).validate_json(path.read_bytes())


def _table(folder: Path, inside: str) -> pd.DataFrame:
    path = folder / inside
    if not path.is_file():
        raise InputError(
            f"the results of a finished run in '{folder}'", f"nothing at '{path}'", _EVALUATE
        )
    return pd.read_parquet(path)

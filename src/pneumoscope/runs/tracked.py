"""What is sent of a model to an MLflow server: its curves, its metrics, and what they are not."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from pneumoscope import NOTICE
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Split
from pneumoscope.report.provenance import synthetic_note
from pneumoscope.runs.record import flattened

HARD = "hard_validation"
"""Begins the names of what to expect of other sites."""

_NO_CURVES = ("epoch", "phase", "kept")


class Value(NamedTuple):
    """One value of a metric: its name, the value, and the epoch it is of (0 of a test)."""

    name: str
    value: float
    step: int = 0


def curves(history: pd.DataFrame) -> list[Value]:
    """Return every number of a history as `epoch/<column>`, epoch by epoch.

    Args:
        history: One row an epoch, with the columns of `EpochReport` and `kept`. What was not
            measured (None, NaN) is left out.
    """
    measured = history.drop(columns=list(_NO_CURVES))
    return [
        Value(f"epoch/{name}", float(value), int(epoch))
        for name, column in measured.items()
        for epoch, value in zip(history["epoch"], column, strict=True)
        if pd.notna(value)
    ]


def kept_epoch(history: pd.DataFrame) -> int:
    """Return the epoch whose weights the model has."""
    return int(history.loc[history["kept"], "epoch"].iloc[0])


def measurements(measured: ModelMetrics) -> list[Value]:
    """Return `<split>/<metric>`, with `_low` and `_high` where there is an interval.

    What hard validation tells of other sites is `hard_validation/<metric>`.
    """
    found = [Value("threshold", measured.operating_point.threshold)]
    for split, known in measured.splits.items():
        found += _estimates(split, known.metrics)
    if measured.elsewhere is not None:
        found += _estimates(HARD, measured.elsewhere.expected)
    return found


def model_note(name: str, measured: ModelMetrics) -> str:
    """Return what stands above the figures of a model: synthetic or not, flattered or not."""
    tested = measured.splits[Split.TEST].sources
    synthetic = synthetic_note(tested, {name: measured}, {})
    marked = [f"**Synthetic radiographs: {synthetic}.**"] if synthetic else []
    return "\n\n".join([*marked, *measured.flaws, NOTICE])


def model_parameters(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a model of a run is made by, by dotted names: its block, its members, its split.

    Args:
        name: As of the catalog: `cnn`, or `honest.cnn` of a protocol of a study.
        parameters: All of the run.
    """
    *protocol, model = name.split(".")
    own = {part: parameters[part] for part in (model, *protocol) if part in parameters}
    members = (parameters.get("ensembles") or {}).get(model)
    averaged = {"ensembles": {model: members}} if members else {}
    return flattened({**own, **averaged, "seed": parameters["seed"]})


def _estimates(part: str, metrics: Mapping[Any, Estimate]) -> Iterator[Value]:
    for metric, estimate in metrics.items():
        ends = {"": estimate.value, "_low": estimate.low, "_high": estimate.high}
        for end, value in ends.items():
            if value is not None:
                yield Value(f"{part}/{metric}{end}", value)

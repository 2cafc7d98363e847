"""A training record to be changed in a test."""

from dataclasses import replace
from typing import Any

from pneumoscope.models.records import (
    KerasSettings,
    PrecisionChoice,
    StartingWeights,
    TrainingFilms,
    TrainingRecord,
)
from pneumoscope.naming import Label
from pneumoscope.provenance import Sources

RECORD = TrainingRecord(
    fingerprint="1" * 64,
    architecture="cnn",
    synthetic=False,
    preprocessing={"working_side": 64, "size": [32, 32]},
    data=TrainingFilms(3, 2, {Label.NORMAL: 1, Label.PNEUMONIA: 2}, Sources(folder=3), "a" * 64),
    seed=7,
    best_epoch=2,
    epochs=3,
    precision=PrecisionChoice("float32", "set by fitting.precision"),
    started_from=StartingWeights("random"),
    parameters={},
    keras=KerasSettings("tensorflow"),
    packages={"keras": "3"},
)


def training_record(**changes: Any) -> TrainingRecord:
    return replace(RECORD, **changes)

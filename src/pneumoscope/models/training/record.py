"""Where a model comes from, put on record as its training ends."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pandas as pd

from pneumoscope import __version__
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.models.architectures.weights import describe_weights
from pneumoscope.models.records import PrecisionChoice, TrainingFilms, TrainingRecord
from pneumoscope.naming import Column, Label
from pneumoscope.options import PreprocessingOptions, Recipe
from pneumoscope.provenance import Sources

if TYPE_CHECKING:
    import keras

_HASHED = [Column.RADIOGRAPH_ID, Column.SHA256, Column.LABEL, Column.SAMPLE_WEIGHT]


@dataclass(frozen=True)
class Origin:
    """Every parameter that a model was trained with.

    Attributes:
        recipe: Architecture, augmentation and fitting.
        preprocessing: What made the stored radiographs.
        working_side: Size that radiographs are decoded to before that, as the ingestion's.
        seed: The project's seed.
    """

    recipe: Recipe
    preprocessing: PreprocessingOptions
    working_side: int
    seed: int


def training_record(
    model: keras.Model,
    history: pd.DataFrame,
    train_rows: pd.DataFrame,
    origin: Origin,
    precision: PrecisionChoice,
) -> TrainingRecord:
    """Put on record, as training ends, where a model comes from.

    Args:
        model: The trained model.
        history: One row an epoch, with the columns epoch and kept.
        train_rows: Columns radiograph_id, patient_id, source, sha256, label and
            sample_weight.
        origin: What it was trained with.
        precision: What `choose_precision` said.
    """
    from pneumoscope.models.backend import pin_settings

    recipe, data = origin.recipe, describe_training_data(train_rows)
    # A path names the machine and its user; the file's own name and hash are in started_from.
    own = {"model": recipe.model.root.model_dump(mode="json", exclude={"weights"})}
    return TrainingRecord(
        fingerprint=model_fingerprint(model),
        architecture=recipe.model.root.architecture,
        synthetic=data.sources.phantoms > 0,
        preprocessing=describe_preprocessing(origin.preprocessing, origin.working_side),
        data=data,
        seed=recipe.fitting.seed_or(origin.seed),
        best_epoch=int(history.loc[history["kept"], "epoch"].iloc[0]),
        epochs=len(history),
        precision=precision,
        started_from=describe_weights(recipe.model),
        parameters={**recipe.model_dump(mode="json", exclude={"model"}), **own},
        keras=pin_settings(),
        packages=_packages(),
    )


def describe_preprocessing(options: PreprocessingOptions, working_side: int) -> dict[str, Any]:
    """Return all that shapes the pixels that a model sees, as plain JSON."""
    prepared = options.model_dump(mode="json", exclude={"batch_size"})
    return {"working_side": working_side, **prepared}


def describe_training_data(rows: pd.DataFrame) -> TrainingFilms:
    """Count and hash the radiographs that a model was trained on.

    Args:
        rows: Columns radiograph_id, patient_id, source, sha256, label and
            sample_weight.
    """
    lines = sorted(
        f"{identity} {content} {label} {weight:.6f}"
        for identity, content, label, weight in rows[_HASHED].itertuples(index=False)
    )
    return TrainingFilms(
        radiographs=len(rows),
        patients=int(rows[Column.PATIENT_ID].nunique()),
        classes={label: int((rows[Column.LABEL] == label).sum()) for label in Label},
        sources=Sources.of(rows),
        sha256=sha256("\n".join(lines).encode()).hexdigest(),
    )


def _packages() -> dict[str, str]:
    """Return the versions of all that computed the weights."""
    import keras

    backend = keras.backend.backend()
    return {
        "python": platform.python_version(),
        "pneumoscope": __version__,
        "keras": keras.__version__,
        backend: import_module(backend).__version__,
        "numpy": import_module("numpy").__version__,
    }

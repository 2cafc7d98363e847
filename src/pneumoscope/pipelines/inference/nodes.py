"""New radiographs read, scored by a model as it was evaluated, and predicted."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from pneumoscope import NOTICE
from pneumoscope.arrays import named
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographs
from pneumoscope.errors import InputError
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.ensembles import average_scores
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.inference.evaluated import check_evaluated, check_prepared
from pneumoscope.inference.films import PreprocessedFilms
from pneumoscope.inference.predictions import SYNTHETIC_MODEL, locked_by, predict
from pneumoscope.ingestion.appearance import appearance_sentences
from pneumoscope.ingestion.doubts import refusal_warnings
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.ingestion.patient_key import PatientKey
from pneumoscope.ingestion.scan import ScannedFile, scan
from pneumoscope.ingestion.tag_warnings import film_warnings, tag_sentences
from pneumoscope.models.records import TrainingRecord
from pneumoscope.naming import Column, Label, Source
from pneumoscope.options import (
    EvaluationOptions,
    InferenceOptions,
    IngestionOptions,
    PreprocessingOptions,
)

logger = logging.getLogger(__name__)

SYNTHETIC_FILM = "This radiograph is a synthetic phantom, no patient's."


def check_model(
    metrics: ModelMetrics, preprocessing: PreprocessingOptions, working_side: int, **members: Any
) -> bool:
    """Make sure that the threshold was locked for this model and these films, before any is read.

    Args:
        metrics: Metrics of the model, or of the ensemble.
        preprocessing: What the films go through; the same as in training, or this fails.
        working_side: Size that they are decoded to; the same as in training too.
        **members: `scored_by_<name>` and `training_record_<name>` of the model, or of each
            member of the ensemble.
    """
    records = named("training_record_", members)
    trained = {name: record.fingerprint for name, record in records.items()}
    check_evaluated(trained, named("scored_by_", members), metrics)
    check_prepared(records, preprocessing, working_side)
    return True


def scan_new_radiographs(
    new_radiographs: dict[str, Callable[[], bytes]],
    options: IngestionOptions,
    patient_key: PatientKey,
    model_checked: bool,
) -> Iterable[ScannedFile]:
    """Hash, inspect and decode every file as the ingestion does, streamed to the next dataset."""
    if not model_checked:
        raise ValueError("expected the model to have been checked before films are read")
    return scan(new_radiographs, options, key=patient_key)


def score_new_radiographs(
    decoded: DecodedRadiographs,
    metrics: ModelMetrics,
    preprocessing: PreprocessingOptions,
    evaluation: EvaluationOptions,
    **members: Any,
) -> pd.DataFrame:
    """Score every film that could be read by models that are proven to be those evaluated.

    Args:
        decoded: The new radiographs.
        metrics: Metrics of the model, or of the ensemble.
        preprocessing: What the films go through.
        evaluation: How many radiographs are scored at a time.
        **members: `model_<name>` and `scored_by_<name>` of the model, or of each member of the
            ensemble.

    Returns:
        One row a file: path, sha256, source, reason, note, warning and score, which is NaN where
        there is a reason.

    Raises:
        InputError: There is no film at all, so that no earlier predictions are replaced.
    """
    if (decoded.files[Column.REASON] == LITTER).all():
        raise InputError(
            "at least one film to predict",
            f"a folder with {len(decoded.files)} files, none of them a film",
            "Name the folder of the films: --params films=<folder>, or FILMS=<folder>.",
        )
    models, scored_by = named("model_", members), named("scored_by_", members)
    loaded = {name: model_fingerprint(model) for name, model in models.items()}
    check_evaluated(loaded, scored_by, metrics)
    files = decoded.files.assign(**{Column.WARNING: film_warnings(decoded.files)})
    kept = [
        Column.PATH, Column.SHA256, Column.SOURCE, Column.REASON, Column.NOTE, Column.WARNING,
    ]  # fmt: skip
    files = files[kept].reset_index(drop=True)
    readable = files.loc[files[Column.REASON] == "", Column.PATH]
    films = PreprocessedFilms(decoded, readable.tolist(), preprocessing)
    scores = pd.Series(np.nan, index=files.index, dtype="float32")
    if len(readable):
        scores[readable.index] = _scores(models, films, evaluation.batch_size)
    return files.assign(**{Column.SCORE: scores})


def prediction_writer(model: str) -> Callable[..., pd.DataFrame]:
    """Give the node function that predicts with one model.

    A closure and no partial: Kedro reads the types of a node's arguments off the function.
    """

    def write_predictions(
        film_scores: pd.DataFrame,
        metrics: ModelMetrics,
        options: InferenceOptions,
        **members: TrainingRecord,
    ) -> pd.DataFrame:
        """Apply the locked threshold, zone and calibration; say what the result is not.

        Args:
            film_scores: One row a file.
            metrics: What was locked for the model, or for the ensemble.
            options: Which of the measured grey zones to apply.
            **members: `training_record_<name>` of the model, or of each member of the ensemble.
        """
        synthetic = any(record.synthetic for record in members.values())
        notice = f"{NOTICE} {SYNTHETIC_MODEL}" if synthetic else NOTICE
        locked = locked_by(model, metrics, options)
        predictions = predict(film_scores, locked, notice)
        phantoms = film_scores[Column.SOURCE] == Source.PHANTOMS.value
        predictions.loc[phantoms, Column.NOTICE] += f" {SYNTHETIC_FILM}"
        if locked.calibration is None:
            reason = metrics.calibration.reason
            logger.warning(
                "No probabilities: the scores of %s have no calibration (%s)", model, reason
            )
        read = predictions[predictions[Column.REASON] == ""]
        told = [*refusal_warnings(predictions), *tag_sentences(read), *appearance_sentences(read)]
        for warning in told:
            logger.warning(warning)
        logger.info(_summary(predictions))
        logger.warning(notice)
        return predictions

    return write_predictions


def _scores(models: dict[str, Any], films: PreprocessedFilms, batch_size: int) -> np.ndarray:
    from pneumoscope.models.scoring import score

    films_by_number = pd.DataFrame(
        {Column.SPLIT: "new", Column.RADIOGRAPH_ID: np.arange(films.shape[0])}
    )
    tables = {}
    for name, model in models.items():
        scores = score(model, films, batch_size, f"scoring with {name}")
        tables[name] = films_by_number.assign(**{Column.SCORE: scores})
    return average_scores(tables)[Column.SCORE].to_numpy()


def _summary(predictions: pd.DataFrame) -> str:
    counts = predictions[Column.PREDICTION].value_counts()
    told = ", ".join(f"{counts.get(label, 0):,} {label}" for label in Label)
    doubtful = int(predictions[Column.GREY_ZONE].fillna(False).sum())
    unread = int(predictions[Column.PREDICTION].isna().sum())
    left = f"{unread:,} not read, each with its reason" if unread else "all were read"
    return f"{len(predictions):,} files: {told}, of these {doubtful:,} in the grey zone; {left}"

"""New radiographs read, scored by a model as it was evaluated, and predicted."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from pneumoscope import NOTICE
from pneumoscope.arrays import named
from pneumoscope.counts import counted
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographs
from pneumoscope.errors import InputError
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.inference.evaluated import check_compared, check_evaluated, check_prepared
from pneumoscope.inference.films import PreprocessedFilms
from pneumoscope.inference.maps import decision_maps
from pneumoscope.inference.predictions import (
    OUTSIDE,
    SYNTHETIC_MODEL,
    locked_by,
    mark_phantoms,
    predict,
)
from pneumoscope.inference.scored import score_films
from pneumoscope.inference.worklist import by_patient, doubt_first, patients_of
from pneumoscope.ingestion.appearance import appearance_sentences
from pneumoscope.ingestion.doubts import refusal_warnings
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.ingestion.patient_key import PatientKey
from pneumoscope.ingestion.scan import scan
from pneumoscope.ingestion.scanned_file import ScannedFile
from pneumoscope.ingestion.tag_warnings import film_warnings, tag_sentences
from pneumoscope.models.records import TrainingRecord
from pneumoscope.naming import Column, Label
from pneumoscope.options import (
    EvaluationOptions,
    ExplanationOptions,
    InferenceOptions,
    IngestionOptions,
    PreprocessingOptions,
)
from pneumoscope.out_of_distribution.records import FalseAlarms
from pneumoscope.out_of_distribution.wording import outside_sentence, promise
from pneumoscope.radiographs.recorded import may_be_shown
from pneumoscope.report.page import render_page
from pneumoscope.report.predictions_page import (
    PageContext,
    ShownFilm,
    predictions_page,
    synthetic_predictions,
)

logger = logging.getLogger(__name__)


def check_model(
    metrics: ModelMetrics,
    false_alarms: FalseAlarms,
    preprocessing: PreprocessingOptions,
    working_side: int,
    **members: Any,
) -> bool:
    """Make sure that the threshold was locked for this model and these films, before any is read.

    Args:
        metrics: Metrics of the model, or of the ensemble.
        false_alarms: Which distance from train is too far for it.
        preprocessing: What the films go through; the same as in training, or this fails.
        working_side: Size that they are decoded to; the same as in training too.
        **members: `scored_by_<name>`, `reference_<name>` and `training_record_<name>` of the
            model, or of each member of the ensemble.
    """
    records = named("training_record_", members)
    trained = {name: record.fingerprint for name, record in records.items()}
    scored_by = named("scored_by_", members)
    check_evaluated(trained, scored_by, metrics)
    check_compared(named("reference_", members), false_alarms, scored_by, metrics)
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
    false_alarms: FalseAlarms,
    preprocessing: PreprocessingOptions,
    evaluation: EvaluationOptions,
    **members: Any,
) -> pd.DataFrame:
    """Score every film that could be read by models that are proven to be those evaluated.

    Args:
        decoded: The new radiographs.
        metrics: Metrics of the model, or of the ensemble.
        false_alarms: Which distance from train is too far for it.
        preprocessing: What the films go through.
        evaluation: How many radiographs are scored at a time.
        **members: `model_<name>`, `reference_<name>` and `scored_by_<name>` of the model, or of
            each member of the ensemble.

    Returns:
        One row a file: path, sha256, source, reason, note, warning, and what `score_films` gives
        of it, missing where there is a reason.

    Raises:
        InputError: There is no film at all, so that no earlier predictions are replaced.
    """
    if (decoded.files[Column.REASON] == LITTER).all():
        raise InputError(
            "at least one film to predict",
            f"{counted(len(decoded.files), 'file')}, none of them a film",
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
    if not len(readable):
        empty = dict.fromkeys([Column.SCORE, *OUTSIDE], pd.Series(np.nan, index=files.index))
        return files.assign(**empty)
    references = named("reference_", members)
    found = score_films(models, references, false_alarms, films, evaluation.batch_size)
    return files.join(found.set_axis(readable.index))


def prediction_writer(model: str) -> Callable[..., pd.DataFrame]:
    """Give the node function that predicts with one model.

    A closure and no partial: Kedro reads the types of a node's arguments off the function.
    """

    def write_predictions(
        film_scores: pd.DataFrame,
        metrics: ModelMetrics,
        false_alarms: FalseAlarms,
        options: InferenceOptions,
        **members: TrainingRecord,
    ) -> pd.DataFrame:
        """Apply the locked threshold, zone and calibration; say what the result is not.

        Args:
            film_scores: One row a file.
            metrics: What was locked for the model, or for the ensemble.
            false_alarms: Which distance from train is too far for it.
            options: Which of the measured grey zones to apply.
            **members: `training_record_<name>` of the model, or of each member of the ensemble.
        """
        synthetic = any(record.synthetic for record in members.values())
        notice = f"{NOTICE} {SYNTHETIC_MODEL}" if synthetic else NOTICE
        locked = locked_by(model, metrics, options)
        predictions = predict(film_scores, locked, notice)
        predictions = mark_phantoms(predictions, film_scores[Column.SOURCE])
        if locked.calibration is None:
            reason = metrics.calibration.reason
            logger.warning(
                "No probabilities: the scores of %s have no calibration (%s)", model, reason
            )
        read = predictions[predictions[Column.REASON] == ""]
        warnings = [
            *refusal_warnings(predictions),
            *tag_sentences(read),
            *appearance_sentences(read),
        ]
        for warning in warnings:
            logger.warning(warning)
        if read[Column.OUT_OF_DISTRIBUTION].astype(bool).any():
            logger.warning(outside_sentence(read, false_alarms))
        logger.info(_summary(predictions))
        logger.warning(notice)
        return predictions

    return write_predictions


def page_writer(model: str) -> Callable[..., str]:
    """Give the node function that puts the predictions of one model on a page."""

    def write_page(
        film_scores: pd.DataFrame,
        predictions: pd.DataFrame,  # noqa: ARG001
        decoded: DecodedRadiographs,
        metrics: ModelMetrics,
        false_alarms: FalseAlarms,
        options: InferenceOptions,
        explanation: ExplanationOptions,
        preprocessing: PreprocessingOptions,
        ingestion: IngestionOptions,
        seed: int,
        **members: Any,
    ) -> str:
        """Show the doubtful films first, each with what spoke for the decision on it.

        Args:
            film_scores: One row a file.
            predictions: The table, which is written before a page is tried.
            decoded: The new radiographs.
            metrics: What was locked for the model, or for the ensemble.
            false_alarms: Which distance from train is too far for it.
            options: How many films are shown.
            explanation: How decisions are explained.
            preprocessing: What the films go through.
            ingestion: Patterns that tell patients by file names.
            seed: Seed of SmoothGrad's noise.
            **members: `model_<name>` and `training_record_<name>` of the model, or of each member
                of the ensemble.
        """
        found = predict(film_scores, locked_by(model, metrics, options), NOTICE)
        chosen = doubt_first(found[may_be_shown(found)]).head(options.shown_films)
        films = PreprocessedFilms(decoded, chosen[Column.PATH].tolist(), preprocessing)
        positive = (chosen[Column.SCORE] >= chosen[Column.THRESHOLD]).to_numpy()
        maps = decision_maps(named("model_", members), films, positive, explanation, seed)
        context = PageContext(
            promise(false_alarms),
            (metrics.calibration.reason or "") if metrics.calibration.map is None else "",
            maps.method,
            maps.meaning,
            synthetic_predictions(
                any(one.synthetic for one in named("training_record_", members).values()),
                decoded.files[Column.SOURCE],
            ),
        )
        shown = {
            row: ShownFilm(
                decoded[path], maps.films[place], None if maps.maps is None else maps.maps[place]
            )
            for place, (row, path) in enumerate(chosen[Column.PATH].items())
        }
        patients = by_patient(found, patients_of(decoded.files, ingestion))
        return render_page(predictions_page(found, shown, patients, context))

    return write_page


def _summary(predictions: pd.DataFrame) -> str:
    counts = predictions[Column.PREDICTION].value_counts()
    classes = ", ".join(f"{counts.get(label, 0):,} {label}" for label in Label)
    read = predictions[predictions[Column.REASON] == ""]
    zone = read.loc[read[Column.PREDICTION].notna(), Column.GREY_ZONE]
    unlike, undecided = (
        int(found.sum())
        for found in (read[Column.OUT_OF_DISTRIBUTION].astype(bool), read[Column.PREDICTION].isna())
    )
    unread, doubtful = len(predictions) - len(read), int(zone.astype(bool).sum())
    parts = [
        f"{counted(len(predictions), 'file')}: {classes}, of these {doubtful:,} in the grey zone",
        f"{unlike:,} out of distribution"
        + (f", {undecided:,} of them left undecided" if undecided else ""),
        f"{unread:,} not read, each with its reason" if unread else "all were read",
    ]
    return "; ".join(parts)

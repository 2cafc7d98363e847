"""New radiographs read, scored by a model as it was evaluated, and predicted."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from pneumoscope.arrays import named
from pneumoscope.counts import counted
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographs
from pneumoscope.errors import InputError
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.exchange.dicom_results.records import FilmResults
from pneumoscope.inference.evaluated import check_compared, check_evaluated, check_prepared
from pneumoscope.inference.finished_run import FinishedRun, WithKeras
from pneumoscope.inference.predictions import locked_by, predict
from pneumoscope.inference.predictor import Predictor
from pneumoscope.inference.worklist import by_patient, doubt_first, patients_of
from pneumoscope.ingestion.appearance import appearance_sentences
from pneumoscope.ingestion.doubts import refusal_warnings
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.ingestion.patient_key import PatientKey
from pneumoscope.ingestion.scan import scan
from pneumoscope.ingestion.scanned_file import ScannedFile
from pneumoscope.ingestion.tag_warnings import film_warnings, tag_sentences
from pneumoscope.naming import Column, Label
from pneumoscope.options import (
    ExplanationOptions,
    InferenceOptions,
    IngestionOptions,
    PreprocessingOptions,
)
from pneumoscope.out_of_distribution.judgement import JUDGED
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


def predictor_chooser(model: str) -> Callable[..., Predictor]:
    """Give the node function that loads one model to predict with, by its name.

    A closure and no partial: Kedro reads the types of a node's arguments off the function.
    """

    def choose_predictor(
        run: FinishedRun,
        metrics: ModelMetrics,
        false_alarms: FalseAlarms,
        options: InferenceOptions,
        ingestion: IngestionOptions,
        preprocessing: PreprocessingOptions,
        explanation: ExplanationOptions,
        seed: int,
        **members: Any,
    ) -> Predictor:
        """Load the model that the threshold was locked for, before a film is read.

        Args:
            run: What the run left.
            metrics: Metrics of the model, or of the ensemble.
            false_alarms: Which distance from train is too far for it.
            options: Which of the measured grey zones to apply, the prevalence, and the site whose
                update shall be applied.
            ingestion: Size that films are decoded to; the same as in training, or this fails.
            preprocessing: What they go through; the same as in training too.
            explanation: How decisions are explained.
            seed: Seed of SmoothGrad's noise.
            **members: `scored_by_<name>`, `reference_<name>` and `training_record_<name>` of the
                model, or of each member of the ensemble.
        """
        records, scored_by = named("training_record_", members), named("scored_by_", members)
        trained = {name: record.fingerprint for name, record in records.items()}
        check_evaluated(trained, scored_by, metrics)
        check_compared(named("reference_", members), false_alarms, scored_by, metrics)
        check_prepared(records, preprocessing, ingestion.working_side)
        found = run.predictor(model, WithKeras(ingestion, options, explanation, seed))
        logger.info("%s by %s", model, found.runtime)
        if found.note:
            logger.info(found.note)
        # Zone and prevalence are those of this run, whatever an export was made with.
        found = replace(found, locked=locked_by(model, metrics, options))
        if options.site is None:
            return found
        found = run.updated(found, options.site)
        logger.info(found.locked.update)
        return replace(found, locked=found.locked.at(options.prevalence))

    return choose_predictor


def scan_new_radiographs(
    new_radiographs: dict[str, Callable[[], bytes]],
    options: IngestionOptions,
    patient_key: PatientKey,
    predictor: Predictor,  # noqa: ARG001
) -> Iterable[ScannedFile]:
    """Hash, inspect and decode every file as the ingestion does, streamed to the next dataset.

    Args:
        new_radiographs: Path to a function that reads that file's bytes.
        options: How they are read.
        patient_key: By which a DICOM's patient is known and its identifiers are kept out.
        predictor: The model, which is checked before any film is read.
    """
    return scan(new_radiographs, options, key=patient_key)


def score_new_radiographs(decoded: DecodedRadiographs, predictor: Predictor) -> pd.DataFrame:
    """Score every film that could be read, and compare it with those of train.

    Args:
        decoded: The new radiographs.
        predictor: The model, with what train looks like to it.

    Returns:
        One row a file: path, sha256, source, reason, note, warning, and what `score_films` gives
        of it, missing where there is a reason.

    Raises:
        InputError: There is no film at all, so that no earlier predictions are replaced.
    """
    scanned = decoded.files
    if (scanned[Column.REASON] == LITTER).all():
        raise InputError(
            "at least one film to predict",
            f"{counted(len(scanned), 'file')}, none of them a film",
            "Name the folder of the films: --params films=<folder>, or FILMS=<folder>.",
        )
    warnings = pd.Series(film_warnings(scanned), scanned.index, dtype=str)
    files = scanned.assign(**{Column.WARNING: warnings})
    kept = [
        Column.PATH, Column.SHA256, Column.SOURCE, Column.REASON, Column.NOTE, Column.WARNING,
    ]  # fmt: skip
    files = files[kept].reset_index(drop=True)
    readable = files.loc[files[Column.REASON] == "", Column.PATH]
    if not len(readable):
        empty = dict.fromkeys([Column.SCORE, *JUDGED], pd.Series(np.nan, index=files.index))
        return files.assign(**empty)
    found = predictor.score(decoded, readable.tolist())
    return files.join(found.set_axis(readable.index))


def write_predictions(
    film_scores: pd.DataFrame, predictor: Predictor, metrics: ModelMetrics
) -> pd.DataFrame:
    """Apply the locked threshold, zone and calibration; say what the result is not.

    Args:
        film_scores: One row a file.
        predictor: What was locked for the model.
        metrics: Why there is no calibration, where there is none.
    """
    predictions = predict(film_scores, predictor.locked, predictor.notice)
    if predictor.locked.calibration is None:
        logger.warning(
            "No probabilities: the scores of %s have no calibration (%s)",
            predictor.locked.model,
            metrics.calibration.reason,
        )
    read = predictions[predictions[Column.REASON] == ""]
    warnings = [
        *refusal_warnings(predictions),
        *tag_sentences(read),
        *appearance_sentences(read),
    ]
    for warning in warnings:
        logger.warning(warning)
    outside = read.loc[read[Column.OUT_OF_DISTRIBUTION].astype(bool), Column.PATH].tolist()
    if outside:
        logger.warning(outside_sentence(outside, len(read), predictor.limits))
    logger.info(_summary(predictions))
    logger.warning(predictor.notice)
    return predictions


def write_page(
    film_scores: pd.DataFrame,
    predictions: pd.DataFrame,  # noqa: ARG001
    decoded: DecodedRadiographs,
    predictor: Predictor,
    metrics: ModelMetrics,
    options: InferenceOptions,
    ingestion: IngestionOptions,
) -> str:
    """Show the doubtful films first, each with what spoke for the decision on it.

    Args:
        film_scores: One row a file.
        predictions: The table, which is written before a page is tried.
        decoded: The new radiographs.
        predictor: The model, with what was locked for it.
        metrics: Why there is no calibration, where there is none.
        options: How many films are shown.
        ingestion: Patterns that tell patients by file names.
    """
    found, files = predict(film_scores, predictor.locked, predictor.notice), decoded.files
    chosen = doubt_first(found[may_be_shown(found)]).head(options.shown_films)
    positive = (chosen[Column.SCORE] >= chosen[Column.THRESHOLD]).to_numpy(dtype=bool)
    maps = predictor.explain(decoded, chosen[Column.PATH].tolist(), positive)
    context = PageContext(
        promise(predictor.limits),
        (metrics.calibration.reason or "") if predictor.locked.calibration is None else "",
        maps.method,
        maps.meaning,
        synthetic_predictions(predictor.synthetic, files[Column.SOURCE]),
        predictor.locked.update,
    )
    shown = {
        row: ShownFilm(
            decoded[path], maps.films[place], None if maps.maps is None else maps.maps[place]
        )
        for place, (row, path) in enumerate(chosen[Column.PATH].items())
    }
    patients = by_patient(found, patients_of(files, ingestion))
    return render_page(predictions_page(found, shown, patients, context))


def write_dicom_results(
    film_scores: pd.DataFrame,
    predictions: pd.DataFrame,  # noqa: ARG001
    new_radiographs: dict[str, Callable[[], bytes]],
    decoded: DecodedRadiographs,
    predictor: Predictor,
    ingestion: IngestionOptions,
) -> Iterable[FilmResults]:
    """Make a report and a picture of each DICOM film, streamed to the next dataset.

    Args:
        film_scores: One row a file.
        predictions: The table, which is written before objects are tried.
        new_radiographs: The files, from which patient and study are taken over.
        decoded: The same, decoded.
        predictor: The model, with what was locked for it.
        ingestion: Bounds of what is read.
    """
    # Seconds of imports, which no other run needs.
    from pneumoscope.inference.dicom_results import DicomResults

    found = predict(film_scores, predictor.locked, predictor.notice)
    explain = partial(predictor.explain, decoded)
    return DicomResults(found, new_radiographs, explain, ingestion, datetime.now())


def store_dicom_results(dicom_results: dict[str, Callable[[], bytes]]) -> Mapping[str, Any]:
    """Hand the results of this run to the archive, which takes each of them once."""
    return dicom_results


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

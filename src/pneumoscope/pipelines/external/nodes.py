"""Films of a site read, scored by models as they were locked, and measured."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from pneumoscope.arrays import named
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographs
from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.ensembles import average_scores
from pneumoscope.evaluation.lock import Lock, check_held, read_lock
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.evaluation.score_arrays import SCORE_COLUMNS
from pneumoscope.external.films import describe_films, site_rows
from pneumoscope.external.measure import measure_site
from pneumoscope.external.overlap import measure_overlap
from pneumoscope.external.records import Overlap, SiteFilms, SiteMetrics, SiteResult
from pneumoscope.external.updates.measure import measure_update, no_update
from pneumoscope.external.updates.records import SiteUpdate
from pneumoscope.external.updates.verdicts import update_sentence
from pneumoscope.external.verdicts import learned_from, overlap_sentences
from pneumoscope.inference.evaluated import check_evaluated, check_prepared, check_reference
from pneumoscope.inference.films import PreprocessedFilms
from pneumoscope.ingestion.checks import check_complete
from pneumoscope.ingestion.layout import Layout
from pneumoscope.ingestion.manifest import sort_out
from pneumoscope.ingestion.patient_key import PatientKey
from pneumoscope.ingestion.scan import ScannedFile, scan
from pneumoscope.naming import Column, Label
from pneumoscope.options import (
    EvaluationOptions,
    IngestionOptions,
    PreprocessingOptions,
    SiteUpdateOptions,
)
from pneumoscope.out_of_distribution.films import measure_films as measure_distance
from pneumoscope.out_of_distribution.records import Reference
from pneumoscope.robustness.features import film_features
from pneumoscope.robustness.shift import Films, compare_films

logger = logging.getLogger(__name__)


def check_lock(
    metrics: ModelMetrics,
    locks: dict,
    splits: pd.DataFrame,
    evaluation: EvaluationOptions,
    preprocessing: PreprocessingOptions,
    working_side: int,
    **members: Any,
) -> Lock:
    """Make sure that model, preprocessing and lock are those of the evaluation; give the lock.

    Args:
        metrics: Metrics of the model, or of the ensemble.
        locks: Fingerprint to the lock of each model.
        splits: Columns radiograph_id and split.
        evaluation: What decides how a score is read; the same as then, or this fails.
        preprocessing: What the films go through; the same as in training, or this fails.
        working_side: Size that they are decoded to; the same as in training too.
        **members: `scored_by_<name>` and `training_record_<name>` of the model, or of each
            member of the ensemble.
    """
    records = named("training_record_", members)
    trained = {name: record.fingerprint for name, record in records.items()}
    check_evaluated(trained, named("scored_by_", members), metrics)
    check_prepared(records, preprocessing, working_side)
    lock = read_lock(locks, metrics.model.fingerprint)
    check_held(lock, metrics, splits, evaluation)
    return lock


def scan_films(
    radiographs: dict[str, Callable[[], bytes]],
    layout: Layout,
    options: IngestionOptions,
    patient_key: PatientKey,
    **held: Lock,
) -> Iterable[ScannedFile]:
    """Hash, inspect and decode every file as the ingestion does, streamed to the next dataset.

    Args:
        radiographs: The films of the site.
        layout: What tells their classes: a table, the folders or the names of the files.
        options: How they are read.
        patient_key: By which a DICOM's patient is known and its identifiers are kept out.
        **held: `held_<name>`, the lock of each model: no film is read before all are checked.
    """
    if not held:
        raise ValueError("expected the locks to have been checked before films are read")
    return scan(radiographs, options, key=patient_key, layout=layout, measured=True)


def sort_films(
    decoded: DecodedRadiographs, layout: Layout, options: IngestionOptions
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sort the scanned files into radiographs of all parts and the quarantine; none is lost."""
    files = decoded.files
    ingested = sort_out(files, options, layout)
    check_complete(files, ingested)
    return ingested.manifest, ingested.quarantine


def film_checker(site: str) -> Callable[..., pd.DataFrame]:
    """Give the node function that checks the films of one site.

    A closure and no partial: Kedro reads the types of a node's arguments off the function.
    """

    def check_films(
        manifest: pd.DataFrame, quarantine: pd.DataFrame, options: IngestionOptions
    ) -> pd.DataFrame:
        """Stop where nothing can be measured; else pool all parts, each film once."""
        return site_rows(site, manifest, quarantine, options)

    return check_films


def compare_with_collection(
    rows: pd.DataFrame,
    decoded: DecodedRadiographs,
    manifest: pd.DataFrame,
    splits: pd.DataFrame,
    own_decoded: DecodedRadiographs,
) -> Overlap:
    """Find films of the site that the model's own collection holds, byte for byte or anew."""
    return measure_overlap(rows, decoded.small, manifest, splits, own_decoded.small)


def measure_films(
    rows: pd.DataFrame,
    site_manifest: pd.DataFrame,
    quarantine: pd.DataFrame,
    decoded: DecodedRadiographs,
    overlap: Overlap,
    train_images: ShardedImages,
    train_rows: pd.DataFrame,
    layout: Layout,
    preprocessing: PreprocessingOptions,
    evaluation: EvaluationOptions,
    seed: int,
) -> SiteFilms:
    """Count the films of a site, doubt them, and tell how far they lie from train."""
    (split,) = rows[Column.SPLIT].unique()
    films = PreprocessedFilms(decoded, rows[Column.PATH].tolist(), preprocessing)
    site = Films(rows, film_features(films, rows, f"measuring films of {split}"))
    features = film_features(train_images, train_rows, "measuring films of train")
    train = Films(train_rows, features).once()
    shift = {
        label: compare_films(train.of(label), site.of(label), split, label, evaluation, seed)
        for label in Label
    }
    return describe_films(rows, site_manifest, quarantine, overlap, shift, layout)


def score_films(
    model: Any,
    decoded: DecodedRadiographs,
    rows: pd.DataFrame,
    lock: Lock,
    preprocessing: PreprocessingOptions,
    evaluation: EvaluationOptions,
) -> pd.DataFrame:
    """Score every film of a site with the model that was locked; any other is refused."""
    from pneumoscope.models.scoring import score

    read_lock({lock.fingerprint: lock}, model_fingerprint(model))
    films = PreprocessedFilms(decoded, rows[Column.PATH].tolist(), preprocessing)
    scores = score(model, films, evaluation.batch_size, f"scoring {rows[Column.SPLIT].iloc[0]}")
    return rows.assign(**{Column.SCORE: scores})[SCORE_COLUMNS]


def measure_distances(
    model: Any,
    reference: Reference,
    decoded: DecodedRadiographs,
    rows: pd.DataFrame,
    lock: Lock,
    preprocessing: PreprocessingOptions,
    evaluation: EvaluationOptions,
) -> pd.DataFrame:
    """Measure how far every film of a site lies from what the locked model was trained on."""
    read_lock({lock.fingerprint: lock}, model_fingerprint(model))
    check_reference(reference, lock.fingerprint)
    films = PreprocessedFilms(decoded, rows[Column.PATH].tolist(), preprocessing)
    title = f"comparing {rows[Column.SPLIT].iloc[0]} with train"
    return measure_distance(model, reference, films, rows, evaluation.batch_size, title)


def average_films(**collected: pd.DataFrame) -> pd.DataFrame:
    """Average what the members of an ensemble gave each film: `scores_<member>`."""
    return average_scores(named("scores_", collected))


def measure_scores(
    scores: pd.DataFrame,
    metrics: ModelMetrics,
    lock: Lock,
    own_scores: pd.DataFrame,
    rows: pd.DataFrame,
    manifest: pd.DataFrame,
    options: EvaluationOptions,
    distances: pd.DataFrame,
) -> SiteMetrics:
    """Measure one model on the films of a site, at what was locked; nothing is refitted."""
    scored = own_scores[Column.RADIOGRAPH_ID]
    learned_from = manifest[~manifest[Column.RADIOGRAPH_ID].isin(scored)]
    films = pd.concat([rows, learned_from], ignore_index=True)
    return measure_site(scores, metrics, lock, films, options, distances)


def site_updater(site: str, model: str) -> Callable[..., SiteUpdate]:
    """Give the node function that fits an update of one model at one site, beside its lock."""

    def update_at_site(
        scores: pd.DataFrame,
        metrics: ModelMetrics,
        lock: Lock,
        films: SiteFilms,
        evaluation: EvaluationOptions,
        options: SiteUpdateOptions,
        seed: int,
    ) -> SiteUpdate:
        """Fit an update on films of some patients; films of the others say what it is worth."""
        nothing = no_update(
            site, model, lock, films.digest, evaluation.confidence, films.without_pattern
        )
        if known := learned_from(films.overlap):
            reason = f"the models learned from {known:,} of the films, or were chosen by them"
            return replace(nothing, refused=reason)
        found = measure_update(scores, nothing, metrics, evaluation, options, seed)
        logger.info(update_sentence(found))
        return found

    return update_at_site


def result_collector(site: str) -> Callable[..., SiteResult]:
    """Give the node function that puts together what was measured at one site."""

    def collect_result(films: SiteFilms, **measured: Any) -> SiteResult:
        """Put the films and all models of one site into one record; log what is in doubt.

        Args:
            films: The films.
            **measured: `metrics_<name>` and `update_<name>` of each model.
        """
        updates = named("update_", measured)
        models = {
            name: replace(found, update=updates[name])
            for name, found in named("metrics_", measured).items()
        }
        result = SiteResult(site, films, models)
        for warning in [*overlap_sentences(result), *films.warnings]:
            logger.warning("%s: %s", site, warning)
        return result

    return collect_result


def record_access(result: SiteResult) -> pd.DataFrame:
    """Put every model that was measured at the site on record, for the log to append."""
    return pd.DataFrame(
        [
            {
                "site": result.site,
                Column.ARCHITECTURE.value: name,
                "model": found.measured.model.fingerprint,
                "lock": found.lock,
                "films": result.films.digest,
                "rule": str(found.measured.operating_point.rule),
                "threshold": found.measured.operating_point.threshold,
                "n": found.metrics.n,
            }
            for name, found in result.models.items()
        ]
    )

"""Scores, metrics at the locked operating point, and the comparison of the models."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from pneumoscope.arrays import named
from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.evaluation.access import access_row, model_fingerprint
from pneumoscope.evaluation.calibration.measure import with_calibration
from pneumoscope.evaluation.comparison import comparison_rows
from pneumoscope.evaluation.ensembles import average_scores, ensemble_fingerprint
from pneumoscope.evaluation.errors import list_errors
from pneumoscope.evaluation.label_doubts import KEPT, PROBABILITY, averaged, doubt, out_of_fold
from pneumoscope.evaluation.lock import lock_as_record, lock_evaluation, read_lock, renewed
from pneumoscope.evaluation.measure import evaluate
from pneumoscope.evaluation.pair import pairs_as_table
from pneumoscope.evaluation.pairs import compare_pairs as compare
from pneumoscope.evaluation.records import ModelMetrics, ScoredBy
from pneumoscope.evaluation.replicates import REPLICATE_OF, first_of_recipe
from pneumoscope.evaluation.score_arrays import SCORE_COLUMNS
from pneumoscope.evaluation.summary import summarise
from pneumoscope.external.known import external_tests
from pneumoscope.external.records import SiteResult
from pneumoscope.models.records import ModelContract, TrainingRecord
from pneumoscope.naming import Column, Split
from pneumoscope.options import EvaluationOptions, Recipe
from pneumoscope.out_of_distribution.detection import measure_detection
from pneumoscope.out_of_distribution.distances import (
    FEATURES,
    average,
    distance_of,
    fit_reference,
)
from pneumoscope.out_of_distribution.false_alarms import limit_false_alarms
from pneumoscope.out_of_distribution.films import (
    AS_IT_IS,
    FILM,
    describe_films,
    measure_altered,
    measure_films,
)
from pneumoscope.out_of_distribution.records import (
    Contracted,
    Detection,
    FalseAlarms,
    Reference,
)
from pneumoscope.splitting.records import SplitAudit


def score_validation(
    model: Any,
    validation_images: ShardedImages,
    validation_rows: pd.DataFrame,
    options: EvaluationOptions,
) -> tuple[pd.DataFrame, ScoredBy]:
    """Score validation with a model as it was saved; tell which model it was, and how."""
    scores = _score(model, validation_images, validation_rows, options)
    return scores, ScoredBy(model_fingerprint(model))


def describe_train(
    model: Any,
    train_images: ShardedImages,
    train_rows: pd.DataFrame,
    validation_images: ShardedImages,
    validation_rows: pd.DataFrame,
    options: EvaluationOptions,
    seed: int,
) -> tuple[Reference, pd.DataFrame, pd.DataFrame]:
    """Fit what train looks like to a model; measure how far validation lies from it.

    Returns:
        What train looks like, the distances of validation, and what a head on the features says of
        each film of train whose patient it was not fitted on.
    """
    most = options.out_of_distribution.train_radiographs
    chosen, numbers = describe_films(model, train_images, train_rows, most, options.batch_size)
    rows = train_rows.iloc[chosen]
    patients = rows[Column.PATIENT_ID].to_numpy(dtype=str)
    reference = fit_reference(numbers, patients, model_fingerprint(model))
    likely = out_of_fold(numbers[FEATURES], rows, seed)
    left_out = rows[KEPT].assign(**{PROBABILITY: likely})
    distances = measure_films(
        model,
        reference,
        validation_images,
        validation_rows,
        options.batch_size,
        "measuring validation",
    )
    return reference, distances, left_out


def limit_distance(
    validation_distances: pd.DataFrame, scored_by: ScoredBy, options: EvaluationOptions
) -> FalseAlarms:
    """Choose on validation the distance from which on a radiograph is out of distribution."""
    return limit_false_alarms(
        distance_of(validation_distances),
        validation_distances[Column.PATIENT_ID].to_numpy(dtype=str),
        options.out_of_distribution.false_alarms,
        scored_by.fingerprint,
    )


def lock_operating_point(
    validation_scores: pd.DataFrame,
    scored_by: ScoredBy,
    false_alarms: FalseAlarms,
    splits: pd.DataFrame,
    pseudo_sites: pd.DataFrame,
    known_locks: dict,
    options: EvaluationOptions,
) -> dict:
    """Fix threshold, distance and primary endpoint of a model, before any film of test is read."""
    known = _with_hard(validation_scores, pseudo_sites)
    new = lock_evaluation(known, scored_by, false_alarms, splits, options)
    return lock_as_record(renewed(new, known_locks, options.relock))


def score_test(
    model: Any,
    test_images: ShardedImages,
    test_rows: pd.DataFrame,
    locks: dict,
    options: EvaluationOptions,
) -> pd.DataFrame:
    """Score test with a model whose operating point is locked; any other is refused."""
    read_lock(locks, model_fingerprint(model))
    return _score(model, test_images, test_rows, options)


def measure_test(
    model: Any,
    reference: Reference,
    test_images: ShardedImages,
    test_rows: pd.DataFrame,
    locks: dict,
    options: EvaluationOptions,
    seed: int,
) -> pd.DataFrame:
    """Measure how far test, and altered copies of it, lie from train, once that is locked."""
    read_lock(locks, model_fingerprint(model))
    most = options.out_of_distribution.altered_radiographs
    return measure_altered(model, reference, test_images, test_rows, most, options.batch_size, seed)


def count_detected(
    test_distances: pd.DataFrame, false_alarms: FalseAlarms, options: EvaluationOptions
) -> Detection:
    """Count which radiographs of test, and of its altered copies, are out of distribution."""
    return measure_detection(test_distances, false_alarms, options.confidence)


def measure_scores(
    validation_scores: pd.DataFrame,
    test_scores: pd.DataFrame,
    scored_by: ScoredBy,
    locks: dict,
    manifest: pd.DataFrame,
    pseudo_sites: pd.DataFrame,
    split_audit: SplitAudit,
    options: EvaluationOptions,
) -> tuple[pd.DataFrame, ModelMetrics]:
    """Measure validation and test at the locked operating point; give all scores as one table."""
    groups = pseudo_sites[[Column.RADIOGRAPH_ID, Column.PSEUDO_SITE]]
    manifest = manifest.merge(groups, on=Column.RADIOGRAPH_ID, how="left", validate="one_to_one")
    scores = pd.concat([validation_scores, test_scores], ignore_index=True)
    lock = read_lock(locks, scored_by.fingerprint)
    known = _with_hard(scores, pseudo_sites)
    return scores, evaluate(known, scored_by, lock, manifest, split_audit, options)


def check_labels(**collected: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """List the labels of train and validation that models contradict, which none was fitted on.

    Args:
        **collected: `out_of_fold_<model>`, `scores_<model>` and `metrics_<model>` of each that
            was trained.

    Returns:
        What the models say of each film together, and the labels in doubt.
    """
    scores, metrics = named("scores_", collected), named("metrics_", collected)
    tables = {
        name: pd.concat([left_out, _validated(scores[name], metrics[name])], ignore_index=True)
        for name, left_out in named("out_of_fold_", collected).items()
    }
    together = averaged(tables)
    return together, doubt(together)


def select_errors(
    scores: pd.DataFrame,
    metrics: ModelMetrics,
    test_distances: pd.DataFrame,
    false_alarms: FalseAlarms,
    pseudo_sites: pd.DataFrame,
) -> pd.DataFrame:
    """List every test radiograph that one model calls wrongly, the most confident first."""
    as_it_is = test_distances[test_distances[FILM] == AS_IT_IS]
    distance = {Column.OUT_OF_DISTRIBUTION_DISTANCE: distance_of(as_it_is)}
    distances = as_it_is[[Column.RADIOGRAPH_ID]].assign(**distance)
    sites = pseudo_sites[[Column.RADIOGRAPH_ID, Column.PSEUDO_SITE]]
    return list_errors(scores, metrics.operating_point, distances, false_alarms.threshold, sites)


def test_access_recorder(architecture: str) -> Callable[[ModelMetrics], pd.DataFrame]:
    """Give the node function that puts evaluations of one architecture on record.

    A closure and no partial: Kedro reads the types of a node's arguments off the function.
    """

    def record_test_access(metrics: ModelMetrics) -> pd.DataFrame:
        """Put this evaluation on record, for the log to append."""
        return access_row(architecture, metrics)

    return record_test_access


def contract_writer(name: str) -> Callable[..., ModelContract]:
    """Give the node function that writes the contract of one model, by its name."""

    def write_model_contract(
        model: Any,
        metrics: ModelMetrics,
        training_record: TrainingRecord,
        false_alarms: FalseAlarms,
        reference: Reference,
    ) -> ModelContract:
        """Write what the model takes and gives, at which threshold, and where it comes from."""
        from pneumoscope.models.contract import model_contract

        contracted = Contracted(false_alarms, reference)
        return model_contract(name, model, metrics, training_record, contracted)

    return write_model_contract


def ensemble_contract_writer(
    name: str,
) -> Callable[[ModelMetrics, FalseAlarms], ModelContract]:
    """Give the node function that writes the contract of one ensemble, by its name."""

    def write_ensemble_contract(metrics: ModelMetrics, false_alarms: FalseAlarms) -> ModelContract:
        """Write which models an ensemble averages, and at which threshold."""
        from pneumoscope.models.contract import ensemble_contract

        return ensemble_contract(name, metrics, Contracted(false_alarms))

    return write_ensemble_contract


def average_validation(**collected: Any) -> tuple[pd.DataFrame, ScoredBy]:
    """Average the validation scores of an ensemble's members; tell which models they were.

    Args:
        **collected: `scores_<member>` and `scored_by_<member>` of each.
    """
    averaged = _average(collected, Split.VALIDATION)
    return averaged, ensemble_fingerprint(named("scored_by_", collected))


def average_test(locks: dict, scored_by: ScoredBy, **collected: pd.DataFrame) -> pd.DataFrame:
    """Average the test scores of an ensemble's members, once its operating point is locked.

    Args:
        locks: Fingerprint to the lock of each model.
        scored_by: Which models the ensemble averages.
        **collected: `scores_<member>` of each.
    """
    read_lock(locks, scored_by.fingerprint)
    return _average(collected, Split.TEST)


def average_distances(**distances: pd.DataFrame) -> pd.DataFrame:
    """Average how far radiographs lie from train to the members of an ensemble.

    Args:
        **distances: Those of each member, of validation, or of test with its altered copies.
    """
    key = [
        name
        for name in (FILM, Column.RADIOGRAPH_ID.value)
        if name in next(iter(distances.values()))
    ]
    return average(distances, key)


def compare_models(
    external: Mapping[str, SiteResult] | None = None,
    confidence: float | None = None,
    **collected: Any,
) -> pd.DataFrame:
    """Line up the metrics of all models by name, one row for each and each split.

    Args:
        external: Site to the external test on record; those of the very models follow in the
            table, site by site.
        confidence: Coverage of the intervals, which external tests on record must have too.
        **collected: `metrics_<model>` of each model, `recipe_<model>` of each that was trained.
    """
    recipes = named("recipe_", collected)
    first = first_of_recipe({name: Recipe.model_validate(block) for name, block in recipes.items()})
    metrics = named("metrics_", collected)
    tests = external_tests(external or {}, metrics, confidence)
    measured = [
        *metrics.items(),
        *(
            (name, found.measured)
            for result in tests.sites.values()
            for name, found in result.models.items()
        ),
    ]
    rows = [
        row
        for name, found in measured
        for row in comparison_rows(name, found, first.get(name, name))
    ]
    return pd.DataFrame(rows)


def summarise_models(**metrics: ModelMetrics) -> dict[str, dict[str, float]]:
    """Give the few numbers of each model that DVC compares.

    Args:
        **metrics: `metrics_<model>` of each.
    """
    return summarise(named("metrics_", metrics))


def compare_pairs(
    comparison: pd.DataFrame, options: EvaluationOptions, **collected: Any
) -> pd.DataFrame:
    """Compare every pair of recipes and ensembles on test; the first seed stands for a recipe.

    Args:
        comparison: The table of all models.
        options: Primary endpoint and confidence.
        **collected: `scores_<model>` and `metrics_<model>` of each.
    """
    stand_in = set(comparison[REPLICATE_OF])
    scores = {
        name: table[table[Column.SPLIT] == Split.TEST]
        for name, table in named("scores_", collected).items()
        if name in stand_in
    }
    metrics = named("metrics_", collected)
    thresholds = {name: metrics[name].operating_point.threshold for name in scores}
    return pairs_as_table(compare(scores, thresholds, options))


def _score(
    model: Any, images: ShardedImages, rows: pd.DataFrame, options: EvaluationOptions
) -> pd.DataFrame:
    from pneumoscope.models.scoring import score

    title = f"scoring {rows[Column.SPLIT].iloc[0]}"
    scores = score(model, images, options.batch_size, title)
    return rows.assign(**{Column.SCORE: scores})[SCORE_COLUMNS]


def _with_hard(scores: pd.DataFrame, pseudo_sites: pd.DataFrame) -> pd.DataFrame:
    """Tell which of the scored films are hard."""
    hard = pseudo_sites[[Column.RADIOGRAPH_ID, Column.HARD]]
    return scores.merge(hard, on=Column.RADIOGRAPH_ID, how="left", validate="many_to_one")


def _validated(scores: pd.DataFrame, metrics: ModelMetrics) -> pd.DataFrame:
    """Return the calibrated probabilities of validation, none where there is no map."""
    rows = scores[scores[Column.SPLIT] == Split.VALIDATION]
    line = metrics.calibration.map
    likely = None if line is None else with_calibration(rows, line)[Column.SCORE].to_numpy()
    return rows[KEPT].assign(**{PROBABILITY: likely}).astype({PROBABILITY: float})


def _average(collected: dict[str, Any], split: Split) -> pd.DataFrame:
    members = named("scores_", collected)
    return average_scores(
        {name: table[table[Column.SPLIT] == split] for name, table in members.items()}
    )

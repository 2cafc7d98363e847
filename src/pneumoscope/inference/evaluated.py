"""Proof that a model is the one whose threshold was locked, on films prepared alike."""

from collections.abc import Mapping

from pneumoscope.errors import InputError
from pneumoscope.evaluation.ensembles import ensemble_fingerprint
from pneumoscope.evaluation.records import ModelMetrics, ScoredBy
from pneumoscope.models.records import TrainingRecord
from pneumoscope.models.training.record import describe_preprocessing
from pneumoscope.options import PreprocessingOptions
from pneumoscope.out_of_distribution.records import FalseAlarms, Reference

_SHOWN = 12
"""Hexadecimal digits of a fingerprint that tell two models apart in a message."""


def check_evaluated(
    fingerprints: Mapping[str, str],
    scored_by: Mapping[str, ScoredBy],
    metrics: ModelMetrics,
) -> None:
    """Refuse models other than those that the threshold was locked for.

    Args:
        fingerprints: Name to the fingerprint of the model at hand, or of its training record.
        scored_by: Name to what the evaluation scored with.
        metrics: Metrics of the one model, or of the ensemble of them all.

    Raises:
        ValueError: If a model, or their ensemble, is not the one that was evaluated.
    """
    evaluated = {name: found.fingerprint for name, found in scored_by.items()}
    for name, fingerprint in fingerprints.items():
        _compare(f"the model {name}", fingerprint, evaluated[name])
    (alone, *others) = evaluated.values()
    together = ensemble_fingerprint(scored_by).fingerprint if others else alone
    _compare("the model of the metrics", together, metrics.model.fingerprint)


def check_compared(
    references: Mapping[str, Reference],
    limits: FalseAlarms,
    scored_by: Mapping[str, ScoredBy],
    metrics: ModelMetrics,
) -> None:
    """Refuse to compare films with what other models were trained on.

    Args:
        references: Name to what train looks like to that model.
        limits: Which distance is too far.
        scored_by: Name to what the evaluation scored with.
        metrics: Metrics of the one model, or of the ensemble of them all.

    Raises:
        InputError: A reference, or the distance, is of another model.
    """
    for name, reference in references.items():
        _compare(
            f"the model that {name}'s films were described by",
            reference.fingerprint,
            scored_by[name].fingerprint,
        )
    _compare("the model of the distance", limits.fingerprint, metrics.model.fingerprint)


def check_reference(reference: Reference, fingerprint: str) -> None:
    """Refuse to compare films with what another model was trained on.

    Args:
        reference: What train looks like to a model.
        fingerprint: SHA-256 of the weights of the model at hand.

    Raises:
        InputError: The reference is of another model.
    """
    _compare("the model that train was described by", reference.fingerprint, fingerprint)


def check_prepared(
    records: Mapping[str, TrainingRecord],
    preprocessing: PreprocessingOptions,
    working_side: int,
) -> None:
    """Refuse a preprocessing other than the one that a model was trained with.

    Args:
        records: Name to the training record.
        preprocessing: What new radiographs would go through.
        working_side: Size that they are decoded to before that, as the ingestion's.

    Raises:
        ValueError: If a record tells of another preprocessing.
    """
    now = describe_preprocessing(preprocessing, working_side)
    for name, record in records.items():
        then = record.preprocessing
        moved = sorted(key for key in {*now, *then} if now.get(key) != then.get(key))
        if moved:
            changes = "; ".join(f"{key}: {then.get(key)} then, {now.get(key)} now" for key in moved)
            raise InputError(
                f"the preprocessing that {name} was trained with",
                f"another ({changes})",
                "Run in the environment that trained it: --env.",
            )


def _compare(what: str, found: str, expected: str) -> None:
    if found != expected:
        raise InputError(
            f"{what} to be the one that was evaluated ({expected[:_SHOWN]})",
            f"another ({found[:_SHOWN]}), whose threshold is not locked",
            "Run kedro run --pipelines=evaluation, or name the version: --load-versions="
            "model_<name>:<version>,<name>.training_record:<version>",
        )

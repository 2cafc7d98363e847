"""A locked model converted, compared with what was evaluated, and written with all it promises."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope import NOTICE
from pneumoscope.arrays import named
from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.errors import InputError
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.ensembles import KEY
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.exchange.bundle import bundle
from pneumoscope.exchange.graph import MAP, OPSET
from pneumoscope.exchange.locked import check_locked
from pneumoscope.exchange.metadata import with_metadata
from pneumoscope.exchange.parity import Compared, check_parity
from pneumoscope.exchange.records import (
    FEATURES_OUTPUT,
    FILM_INPUT,
    MAP_OUTPUT,
    PREPARED_OUTPUT,
    Export,
    ExportedContract,
    Parity,
    exported_contract,
)
from pneumoscope.inference.evaluated import check_compared, check_evaluated, check_prepared
from pneumoscope.inference.predictions import SYNTHETIC_MODEL, locked_by
from pneumoscope.models.records import SCORE, ModelContract, TrainingRecord
from pneumoscope.models.training.record import describe_preprocessing
from pneumoscope.naming import Column, Split
from pneumoscope.options import (
    DecodingOptions,
    EvaluationOptions,
    InferenceOptions,
    IngestionOptions,
    PreprocessingOptions,
)
from pneumoscope.out_of_distribution.distances import DISTANCE, distance_of
from pneumoscope.out_of_distribution.films import AS_IT_IS, FILM
from pneumoscope.out_of_distribution.records import Contracted, FalseAlarms, Reference
from pneumoscope.report.provenance import licence_lines


def convert_model(
    metrics: ModelMetrics,
    false_alarms: FalseAlarms,
    locks: dict,
    preprocessing: PreprocessingOptions,
    working_side: int,
    **members: Any,
) -> tuple[bytes, bytes]:
    """Convert a model as it was locked and evaluated; any other is refused.

    Args:
        metrics: Metrics of the model, or of the ensemble.
        false_alarms: Which distance from train is too far for it.
        locks: Fingerprint to the lock of each model.
        preprocessing: What films go through; the same as in training, or this fails.
        working_side: Size that they are decoded to; the same as in training too.
        **members: `model_<name>`, `scored_by_<name>`, `reference_<name>` and
            `training_record_<name>` of the model, or of each member of the ensemble.

    Returns:
        Two ONNX graphs, serialised: from preprocessed radiographs to the score, and from films.
    """
    from pneumoscope.exchange.core import core_graph
    from pneumoscope.exchange.film import film_graph
    from pneumoscope.exchange.graph import average, chained

    models = named("model_", members)
    check_locked(metrics, locks)
    loaded = {name: model_fingerprint(model) for name, model in models.items()}
    records, scored_by = named("training_record_", members), named("scored_by_", members)
    check_evaluated(loaded, scored_by, metrics)
    # Licences and what is synthetic are read off the records.
    check_evaluated({name: one.fingerprint for name, one in records.items()}, scored_by, metrics)
    check_compared(named("reference_", members), false_alarms, scored_by, metrics)
    check_prepared(records, preprocessing, working_side)
    core = average([core_graph(model) for model in models.values()])
    film = chained(film_graph(preprocessing), core)
    return core.SerializeToString(), film.SerializeToString()


def compare_runtimes(
    core: bytes,
    film: bytes,
    scores: pd.DataFrame,
    metrics: ModelMetrics,
    validation_images: ShardedImages,
    validation_rows: pd.DataFrame,
    test_images: ShardedImages,
    test_rows: pd.DataFrame,
    decoded: Mapping[str, NDArray[np.uint8]],
    evaluation: EvaluationOptions,
    false_alarms: FalseAlarms,
    validation_distances: pd.DataFrame,
    test_distances: pd.DataFrame,
    **members: Reference,
) -> Parity:
    """Score validation and test by the graphs, and stop unless all is as it was evaluated.

    Args:
        core: From preprocessed radiographs to the score, serialised.
        film: From films to the score, serialised.
        scores: Columns of `KEY` and score, as evaluated.
        metrics: What was locked.
        validation_images: What the model saw of validation.
        validation_rows: Column path and `KEY`, in the same order.
        test_images: What the model saw of test.
        test_rows: Column path and `KEY`, in the same order.
        decoded: Path to the decoded film.
        evaluation: How many radiographs the core scores at once.
        false_alarms: Which distance from train is too far.
        validation_distances: How far each radiograph of validation was found to lie.
        test_distances: The same of test, and of its altered copies.
        **members: `reference_<name>` of the model, or of each member of the ensemble.
    """
    rows = pd.concat([validation_rows, test_rows], ignore_index=True)
    evaluated = scores.set_index(KEY)[Column.SCORE]
    scored = evaluated.reindex(pd.MultiIndex.from_frame(rows[KEY])).to_numpy()
    images = {Split.VALIDATION: validation_images, Split.TEST: test_images}
    as_they_are = test_distances[test_distances[FILM] == AS_IT_IS]
    measured = pd.concat([validation_distances, as_they_are], ignore_index=True)
    distance = pd.Series(distance_of(measured), index=measured[Column.RADIOGRAPH_ID])
    found = rows.assign(
        **{Column.SCORE: scored, DISTANCE: distance.reindex(rows[Column.RADIOGRAPH_ID]).to_numpy()}
    )
    contracted = Contracted(false_alarms, members=named("reference_", members))
    compared = Compared(found, images, decoded, contracted)
    threshold = metrics.operating_point.threshold
    return check_parity(core, film, compared, threshold, evaluation.batch_size)


def export_writer(model: str) -> Callable[..., tuple[Any, ExportedContract]]:
    """Give the node function that writes the export of one model, by its name."""

    def write_export(
        film: bytes,
        parity: Parity,
        contract: ModelContract,
        metrics: ModelMetrics,
        options: InferenceOptions,
        preprocessing: PreprocessingOptions,
        ingestion: IngestionOptions,
        **members: Any,
    ) -> tuple[Any, ExportedContract]:
        """Put the contract, the record of the export and the card into the file.

        Args:
            film: The graph, which was found equal to what was evaluated.
            parity: How equal.
            contract: Of the model or ensemble.
            metrics: What was locked.
            options: Which of the measured grey zones, and which prevalence.
            preprocessing: What is done inside.
            ingestion: How files are decoded before.
            **members: `training_record_<name>`, `reference_<name>` and `card_<name>` of the model,
                or of each member of the ensemble.
        """
        promised = contract.fingerprint, contract.operating_point
        if promised != (metrics.model.fingerprint, metrics.operating_point):
            raise InputError(
                "the contract of the model that was evaluated, at its locked threshold",
                "that of another, or of another evaluation",
                "Run kedro run --pipelines=evaluation.",
            )
        records: dict[str, TrainingRecord] = named("training_record_", members)
        locked = locked_by(model, metrics, options)
        lines = [line for record in records.values() for line in licence_lines(record)]
        synthetic = any(record.synthetic for record in records.values())
        given_maps = [MAP_OUTPUT] if MAP.encode() in film else []
        export = Export(
            opset=OPSET,
            inputs=[FILM_INPUT],
            outputs=[SCORE, FEATURES_OUTPUT, *given_maps, PREPARED_OUTPUT],
            preprocessing=describe_preprocessing(preprocessing, ingestion.working_side),
            decoding=ingestion.model_dump(mode="json", include=set(DecodingOptions.model_fields)),
            decides_out_of_distribution=locked.decides_all,
            zone=locked.zone,
            probability=locked.calibration,
            prevalence=locked.prevalence,
            synthetic=synthetic,
            licences=list(dict.fromkeys(lines)),
            parity=parity,
        )
        notice = f"{NOTICE} {SYNTHETIC_MODEL}" if synthetic else NOTICE
        joined = exported_contract(_with_members(contract, members), export, notice)
        return with_metadata(film, joined, _card(members)), joined

    return write_export


def _with_members(contract: ModelContract, members: Mapping[str, Any]) -> ModelContract:
    """Put into an ensemble's contract what its members' contracts hold of train."""
    if contract.out_of_distribution.reference is not None:
        return contract
    references = named("reference_", members)
    own = replace(contract.out_of_distribution, members=references)
    return replace(contract, out_of_distribution=own)


def write_bundle(model: bytes, contract: ExportedContract, **members: str) -> dict[str, bytes]:
    """Put the exported model beside its card and an example that needs nothing of this project.

    Args:
        model: The exported file.
        contract: As it lies in that file.
        **members: `card_<name>` of the model, or of each member of the ensemble.

    Returns:
        Name to content of each file.
    """
    return bundle(model, contract, _card(members))


def _card(members: Mapping[str, Any]) -> str:
    return "\n\n".join(named("card_", members).values())

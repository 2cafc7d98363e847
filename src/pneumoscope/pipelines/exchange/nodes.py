"""A locked model converted, compared with what was evaluated, and written with all it promises."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.arrays import named
from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.errors import InputError
from pneumoscope.evaluation.ensembles import KEY
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.exchange.bundle import bundle
from pneumoscope.exchange.graph import MAP, OPSET
from pneumoscope.exchange.locked import check_exportable
from pneumoscope.exchange.metadata import CARD, CONTRACT, MEASURES, NOTICE, texts, with_metadata
from pneumoscope.exchange.parity import ONNXRUNTIME, Compared, Runtime, check_parity
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
from pneumoscope.inference.predictions import locked_by, notice_of
from pneumoscope.models.records import SCORE, ModelContract, TrainingRecord
from pneumoscope.models.training.record import describe_preprocessing
from pneumoscope.naming import Column, ExportFormat, Split
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

    check_exportable(metrics, false_alarms, locks, preprocessing, working_side, members)
    models = named("model_", members)
    core = average([core_graph(model) for model in models.values()])
    film = chained(film_graph(preprocessing), core)
    return core.SerializeToString(), film.SerializeToString()


def convert_to_litert(
    metrics: ModelMetrics,
    false_alarms: FalseAlarms,
    locks: dict,
    preprocessing: PreprocessingOptions,
    working_side: int,
    **members: Any,
) -> tuple[bytes, bytes]:
    """Convert a model for LiteRT as `convert_model` does for ONNX; arguments are the same."""
    from pneumoscope.exchange.litert import litert_graphs

    check_exportable(metrics, false_alarms, locks, preprocessing, working_side, members)
    return litert_graphs(named("model_", members), preprocessing)


def runtime_comparer(form: ExportFormat) -> Callable[..., Parity]:
    """Give the node function that compares exported models of one format with the evaluation.

    A closure and no partial: Kedro reads the types of a node's arguments off the function.
    """

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
            **{
                Column.SCORE: scored,
                DISTANCE: distance.reindex(rows[Column.RADIOGRAPH_ID]).to_numpy(),
            }
        )
        contracted = Contracted(false_alarms, members=named("reference_", members))
        compared = Compared(found, images, decoded, contracted)
        threshold = metrics.operating_point.threshold
        batch = evaluation.batch_size
        return check_parity(core, film, compared, threshold, batch, _runtime(form))

    return compare_runtimes


def _runtime(form: ExportFormat) -> Runtime:
    if form is ExportFormat.ONNX:
        return ONNXRUNTIME
    from pneumoscope.exchange.litert import LITERT

    return LITERT


def export_describer(model: str, form: ExportFormat) -> Callable[..., ExportedContract]:
    """Give the node function that describes the export of one model, by its name."""

    def describe_export(
        film: bytes,
        parity: Parity,
        contract: ModelContract,
        metrics: ModelMetrics,
        options: InferenceOptions,
        preprocessing: PreprocessingOptions,
        ingestion: IngestionOptions,
        **members: Any,
    ) -> ExportedContract:
        """Join the record of an export to the contract of the model.

        Args:
            film: The converted model, which was found equal to what was evaluated.
            parity: How equal.
            contract: Of the model or ensemble.
            metrics: What was locked.
            options: Which of the measured grey zones, and which prevalence.
            preprocessing: What is done inside.
            ingestion: How files are decoded before.
            **members: `training_record_<name>` and `reference_<name>` of the model, or of each
                member of the ensemble.
        """
        if options.site is not None:
            raise InputError(
                "a model exported as the evaluation has locked it",
                f"the update at {options.site} (inference.site)",
                "Leave it out: --params inference.site=null. An update is named where films are "
                "predicted: predict --site, serve --site.",
            )
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
            format=form,
            opset=OPSET if form is ExportFormat.ONNX else None,
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
        return exported_contract(_with_members(contract, members), export, notice_of(synthetic))

    return describe_export


def write_export(film: bytes, contract: ExportedContract, **members: str) -> Any:
    """Put the contract, the notice, the card and the measures into an ONNX file.

    Args:
        film: The graph, which was found equal to what was evaluated.
        contract: What it promises.
        **members: `card_<name>` of the model, or of each member of the ensemble.
    """
    return with_metadata(film, contract, _card(members))


def write_litert(film: bytes, contract: ExportedContract, **members: str) -> dict[str, bytes]:
    """Put the contract, the notice, the card and the measures into a LiteRT file.

    Args:
        film: The converted model, which was found equal to what was evaluated.
        contract: What it promises.
        **members: `card_<name>` of the model, or of each member of the ensemble.

    Returns:
        Its name to its content.
    """
    from pneumoscope.exchange.litert import with_files

    kinds = {CONTRACT: "json", CARD: "md", NOTICE: "txt", MEASURES: "json"}
    files = {
        f"{name}.{kinds[name]}": text for name, text in texts(contract, _card(members)).items()
    }
    return {"model.tflite": with_files(film, files)}


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

"""A locked model converted, compared with what was evaluated, and written with all it promises."""

from collections.abc import Callable, Mapping
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
    FILM_INPUT,
    MAP_OUTPUT,
    Export,
    ExportedContract,
    Parity,
    exported_contract,
)
from pneumoscope.inference.evaluated import check_evaluated, check_prepared
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
from pneumoscope.report.provenance import licence_lines


def convert_model(
    metrics: ModelMetrics,
    locks: dict,
    preprocessing: PreprocessingOptions,
    working_side: int,
    **members: Any,
) -> tuple[bytes, bytes]:
    """Convert a model as it was locked and evaluated; any other is refused.

    Args:
        metrics: Metrics of the model, or of the ensemble.
        locks: Fingerprint to the lock of each model.
        preprocessing: What films go through; the same as in training, or this fails.
        working_side: Size that they are decoded to; the same as in training too.
        **members: `model_<name>`, `scored_by_<name>` and `training_record_<name>` of the model,
            or of each member of the ensemble.

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
) -> Parity:
    """Score validation and test by the graphs, and stop unless all is as it was evaluated."""
    rows = pd.concat([validation_rows, test_rows], ignore_index=True)
    evaluated = scores.set_index(KEY)[Column.SCORE]
    found = evaluated.reindex(pd.MultiIndex.from_frame(rows[KEY])).to_numpy()
    images = {Split.VALIDATION: validation_images, Split.TEST: test_images}
    compared = Compared(rows.assign(**{Column.SCORE: found}), images, decoded)
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
            **members: `training_record_<name>` and `card_<name>` of the model, or of each member
                of the ensemble.
        """
        if not options.decide_out_of_distribution:
            raise InputError(
                "`inference.decide_out_of_distribution` true: an exported model tells no film that "
                "is unlike those of train, and so predicts all",
                "false",
                "Export with --params inference.decide_out_of_distribution=true",
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
        export = Export(
            opset=OPSET,
            inputs=[FILM_INPUT],
            outputs=[SCORE, MAP_OUTPUT] if MAP.encode() in film else [SCORE],
            preprocessing=describe_preprocessing(preprocessing, ingestion.working_side),
            decoding=ingestion.model_dump(mode="json", include=set(DecodingOptions.model_fields)),
            zone=locked.zone,
            probability=locked.calibration,
            prevalence=locked.prevalence,
            synthetic=synthetic,
            licences=list(dict.fromkeys(lines)),
            parity=parity,
        )
        notice = f"{NOTICE} {SYNTHETIC_MODEL}" if synthetic else NOTICE
        joined = exported_contract(contract, export, notice)
        return with_metadata(film, joined, _card(members)), joined

    return write_export


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

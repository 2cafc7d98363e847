"""model as it was locked → ONNX graphs → parity with the evaluation → one file, and a bundle."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.exchange.nodes import (
    compare_runtimes,
    convert_model,
    export_writer,
    write_bundle,
)
from pneumoscope.pipelines.grouping import grouped


def create_pipeline(model: str, members: Sequence[str]) -> Pipeline:
    """Create the pipeline; it is no part of the default one, which needs no exported model.

    Args:
        model: Name of the model or ensemble.
        members: Its members; the model itself where it is one.
    """
    records = {f"training_record_{name}": f"{name}.training_record" for name in members}
    references = {f"reference_{name}": f"{name}.reference" for name in members}
    cards = {f"card_{name}": f"model_card_{name}" for name in members}
    convert = Node(
        convert_model,
        {
            "metrics": f"{model}.metrics",
            "false_alarms": f"{model}.false_alarms",
            "locks": "known_locks",
            "preprocessing": "params:preprocessing",
            "working_side": "params:ingestion.working_side",
            **records,
            **references,
            **{f"scored_by_{name}": f"{name}.scored_by" for name in members},
            **{f"model_{name}": f"model_{name}" for name in members},
        },
        ["portable_core", "portable_film"],
        name="convert_model",
    )
    compare = Node(
        compare_runtimes,
        {
            "core": "portable_core",
            "film": "portable_film",
            "scores": f"{model}.scores",
            "metrics": f"{model}.metrics",
            "decoded": "decoded_radiographs",
            "evaluation": "params:evaluation",
            "false_alarms": f"{model}.false_alarms",
            "validation_distances": f"{model}.validation_distances",
            "test_distances": f"{model}.test_distances",
            **references,
            **{
                entry: entry
                for split in ("validation", "test")
                for entry in (f"{split}_images", f"{split}_rows")
            },
        },
        "parity",
        name="compare_runtimes",
    )
    write = Node(
        export_writer(model),
        {
            "film": "portable_film",
            "parity": "parity",
            "contract": f"{model}.contract",
            "metrics": f"{model}.metrics",
            "options": "params:inference",
            "preprocessing": "params:preprocessing",
            "ingestion": "params:ingestion",
            **records,
            **references,
            **cards,
        },
        [f"{model}.exported_model", f"{model}.exported_contract"],
        name="write_export",
    )
    gather = Node(
        write_bundle,
        {"model": f"{model}.exported_model", "contract": f"{model}.exported_contract", **cards},
        f"{model}.bundle",
        name="write_bundle",
    )
    return grouped("exchange", [convert, compare, write, gather], tags="exchange")

"""model as it was locked → converted → parity with the evaluation → one file, and a bundle."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.naming import ExportFormat
from pneumoscope.pipelines.exchange.nodes import (
    convert_model,
    convert_to_litert,
    export_describer,
    runtime_comparer,
    write_bundle,
    write_export,
    write_litert,
)
from pneumoscope.pipelines.grouping import grouped


def create_pipeline(model: str, members: Sequence[str]) -> Pipeline:
    """Create the pipeline; it is no part of the default one, which needs no exported model.

    Args:
        model: Name of the model or ensemble.
        members: Its members; the model itself where it is one.
    """
    nodes = _proven(model, members, ExportFormat.ONNX, f"{model}.exported_contract")
    write = Node(
        write_export,
        {"film": "onnx_film", "contract": f"{model}.exported_contract", **_cards(members)},
        f"{model}.exported_model",
        name="write_export",
    )
    gather = Node(
        write_bundle,
        {
            "model": f"{model}.exported_model",
            "contract": f"{model}.exported_contract",
            **_cards(members),
        },
        f"{model}.bundle",
        name="write_bundle",
    )
    return grouped("exchange", [*nodes, write, gather], tags="exchange")


def create_litert_pipeline(model: str, members: Sequence[str]) -> Pipeline:
    """Create the pipeline of LiteRT files, which not every preprocessing allows.

    Args:
        model: Name of the model or ensemble.
        members: Its members; the model itself where it is one.
    """
    nodes = _proven(model, members, ExportFormat.LITERT, "litert_contract")
    write = Node(
        write_litert,
        {"film": "litert_film", "contract": "litert_contract", **_cards(members)},
        f"{model}.litert",
        name="write_litert",
    )
    return grouped("litert", [*nodes, write], tags="litert")


def _proven(
    model: str, members: Sequence[str], form: ExportFormat, contract: str
) -> tuple[Node, Node, Node]:
    """Convert a model, compare it with what was evaluated, and describe it."""
    records = {f"training_record_{name}": f"{name}.training_record" for name in members}
    references = {f"reference_{name}": f"{name}.reference" for name in members}
    evaluated = {
        "metrics": f"{model}.metrics",
        "false_alarms": f"{model}.false_alarms",
    }
    onnx = form is ExportFormat.ONNX
    convert = Node(
        convert_model if onnx else convert_to_litert,
        {
            **evaluated,
            "locks": "known_locks",
            "preprocessing": "params:preprocessing",
            "working_side": "params:ingestion.working_side",
            **records,
            **references,
            **{f"scored_by_{name}": f"{name}.scored_by" for name in members},
            **{f"model_{name}": f"model_{name}" for name in members},
        },
        [f"{form}_core", f"{form}_film"],
        name="convert_model" if onnx else "convert_to_litert",
    )
    compare = Node(
        runtime_comparer(form),
        {
            **evaluated,
            "core": f"{form}_core",
            "film": f"{form}_film",
            "scores": f"{model}.scores",
            "decoded": "decoded_radiographs",
            "evaluation": "params:evaluation",
            "validation_distances": f"{model}.validation_distances",
            "test_distances": f"{model}.test_distances",
            **references,
            **{
                entry: entry
                for split in ("validation", "test")
                for entry in (f"{split}_images", f"{split}_rows")
            },
        },
        f"{form}_parity",
        name="compare_runtimes" if onnx else "compare_litert",
    )
    describe = Node(
        export_describer(model, form),
        {
            "film": f"{form}_film",
            "parity": f"{form}_parity",
            "contract": f"{model}.contract",
            "metrics": f"{model}.metrics",
            "options": "params:inference",
            "preprocessing": "params:preprocessing",
            "ingestion": "params:ingestion",
            **records,
            **references,
        },
        contract,
        name="describe_export" if onnx else "describe_litert",
    )
    return convert, compare, describe


def _cards(members: Sequence[str]) -> dict[str, str]:
    return {f"card_{name}": f"model_card_{name}" for name in members}

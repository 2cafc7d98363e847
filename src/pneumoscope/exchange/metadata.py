"""What travels in an exported file: contract, card, notice, and measures, as text by key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

import pneumoscope
from pneumoscope.exchange.measures import measures
from pneumoscope.exchange.records import ExportedContract

if TYPE_CHECKING:
    import onnx

CONTRACT, CARD, NOTICE, MEASURES = "contract", "card", "notice", "measures"


def with_metadata(film: bytes, contract: ExportedContract, card: str) -> onnx.ModelProto:
    """Put all that a user of a model needs to know into its file.

    Args:
        film: The graph, serialised.
        contract: What the model promises, and the record of its export.
        card: Model card as Markdown, one after the other for an ensemble's members.
    """
    import onnx

    model = onnx.load_model_from_string(film)
    model.producer_name, model.producer_version = "pneumoscope", pneumoscope.__version__
    model.doc_string = contract.notice
    onnx.helper.set_model_props(model, texts(contract, card))
    return model


def texts(contract: ExportedContract, card: str) -> dict[str, str]:
    """Give what a user of a model needs to know, by its key; arguments as for `with_metadata`."""
    return {
        CONTRACT: as_json(contract),
        CARD: card,
        NOTICE: contract.notice,
        MEASURES: json.dumps(measures(), allow_nan=False, ensure_ascii=False),
    }


def as_json(contract: ExportedContract) -> str:
    """Write a contract as JSON; `read_contract` reads it."""
    plain = TypeAdapter(ExportedContract).dump_python(contract, mode="json", warnings="error")
    return json.dumps(plain, indent=2, allow_nan=False, ensure_ascii=False)


def read_contract(text: str) -> ExportedContract:
    """Read a contract from an exported file.

    Raises:
        pydantic.ValidationError: The text is no contract.
    """
    return TypeAdapter(ExportedContract).validate_json(text)

"""What is on record of an exported model, typed: it travels in the file, and lies beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from pydantic import JsonValue

from pneumoscope.evaluation.records import CalibrationMap
from pneumoscope.models.records import ModelContract, Tensor
from pneumoscope.naming import ExportFormat, Label, Split


@dataclass(frozen=True)
class Parity:
    """How far an exported model gives what the evaluation measured.

    Attributes:
        films: Films of each split that were compared.
        core: Largest difference of a score, of the same preprocessed pixels.
        film: Largest difference of a score, of the decoded film, prepared by the graph.
        decisions_changed: Films called otherwise at the locked threshold; 0, or there is no file.
        distance: Largest difference of a distance from train, in steps of the usual spread.
        flags_changed: Films out of distribution by one and not by the other: they lie within
            rounding of the limit.
        runtime: What ran the exported model.
    """

    films: Mapping[Split, int]
    core: float
    film: float
    decisions_changed: int
    distance: float
    flags_changed: int
    runtime: str


@dataclass(frozen=True)
class Export:
    """What an exported model takes, gives and carries.

    Attributes:
        format: Of the file.
        opset: Of ONNX; None of another format.
        inputs: Films of any size.
        outputs: The score, what it is made of, and the class activation map where the head is
            pooled.
        preprocessing: What is done inside; `working_side` is the size that files are decoded to
            before, at the least.
        decoding: Scale and bounds that files are decoded with before.
        decides_out_of_distribution: Whether films unlike those of train get a prediction too.
        zone: Scores from the first to below the second are for a human; None without a zone.
        probability: Slope and intercept on the logits that turn a score into a probability; None
            where none could be fitted.
        prevalence: Share of PNEUMONIA that probabilities hold for; None without them.
        synthetic: Whether the model was trained on phantoms.
        licences: Of code, radiographs and starting weights, in sentences.
        parity: How far it gives what was evaluated.
    """

    format: ExportFormat
    opset: int | None
    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]
    preprocessing: Mapping[str, JsonValue]
    decoding: Mapping[str, JsonValue]
    decides_out_of_distribution: bool
    zone: tuple[float, float] | None
    probability: CalibrationMap | None
    prevalence: float | None
    synthetic: bool
    licences: Sequence[str]
    parity: Parity


@dataclass(frozen=True, kw_only=True)
class ExportedContract(ModelContract):
    """The contract of a model, with the record of its export.

    Attributes:
        export: What the exported file takes, gives and carries.
    """

    export: Export


def exported_contract(contract: ModelContract, export: Export, notice: str) -> ExportedContract:
    """Join the record of an export to the contract of its model."""
    promised = {field.name: getattr(contract, field.name) for field in fields(ModelContract)}
    return ExportedContract(**{**promised, "notice": notice, "export": export})


FILM_INPUT = Tensor(
    "films", [None, None, None], "uint8", (0, 255),
    "grey films of one size, any size, upright, black being 0; nothing is done to them before",
)  # fmt: skip

FEATURES_OUTPUT = Tensor(
    "features", [None, None], "float32", None,
    "what the last layer takes, of an ensemble of all members one after the other: "
    "`out_of_distribution` of the contract measures distances from train by them",
)  # fmt: skip

PREPARED_OUTPUT = Tensor(
    "prepared", [None, None, None, 1], "float32", (0, 255),
    "the films as the model sees them, in whole grey values",
)  # fmt: skip

MAP_OUTPUT = Tensor(
    "class_activation_map", [None, None, None], "float32", None,
    f"above 0 what speaks for {Label.PNEUMONIA}, below 0 what speaks for {Label.NORMAL}",
)  # fmt: skip

"""What is on record of a model, typed: `training.json` and `model.json` are their JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from pneumoscope import NOTICE
from pneumoscope.evaluation.records import CalibrationMap, Elsewhere, OperatingPoint
from pneumoscope.naming import CalibrationMethod, Fit, Label
from pneumoscope.out_of_distribution.records import Contracted
from pneumoscope.provenance import Sources

CONTRACT_VERSION = 2
"""Grows when a key of the contract changes its meaning or goes."""


@dataclass(frozen=True)
class TrainingFilms:
    """The radiographs that a model was trained on.

    Attributes:
        radiographs: Rows, repeats counted.
        patients: Different patients.
        classes: Rows of each class.
        sources: Where they come from.
        sha256: Of the lines "radiograph_id sha256 label sample_weight", sorted, so that the order
            does not matter and one radiograph, label or weight more or less does.
    """

    radiographs: int
    patients: int
    classes: Mapping[Label, int]
    sources: Sources
    sha256: str


@dataclass(frozen=True)
class StartingWeights:
    """Where the weights come from that training started with.

    Attributes:
        source: `random`, `imagenet` or the name of a file.
        url: Where they are published.
        sha256: Of the file.
        licence: Of the published file.
        note: Why there is no licence, where there is none.
    """

    source: str
    url: str | None = None
    sha256: str | None = None
    licence: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class PrecisionChoice:
    """The Keras dtype policy that a model is trained with.

    Attributes:
        precision: `float32` or `mixed_bfloat16`.
        reason: Why.
        measurement: What was timed, of which machine; None where it was set.
    """

    precision: str
    reason: str
    measurement: Mapping[str, JsonValue] | None = None


@dataclass(frozen=True)
class KerasSettings:
    """Settings that shape every model that is built, trained, loaded or scored.

    Attributes:
        backend: `tensorflow` or `jax`; the user's choice, by KERAS_BACKEND or keras.json.
        image_data_format: Where the channels of an image stand.
        floatx: Default type of numbers.
        epsilon: What keeps a loss away from the logarithm of 0.
    """

    backend: str
    image_data_format: str = "channels_last"
    floatx: str = "float32"
    epsilon: float = 1e-7


@dataclass(frozen=True)
class Tuning:
    """How many recipes were tried before the one that a model was trained by.

    Attributes:
        trials: Recipes that `kedro tune` tried of its block on the same train, in all studies.
        part: The part of validation that judged them: `hard`, `stressed` or `validation`.
        best: Whether the model was trained by the one that did best there.
    """

    trials: int
    part: str
    best: bool


@dataclass(frozen=True)
class TrainingRecord:
    """Where a model comes from.

    Options stand here as plain JSON: a record outlives them.

    Attributes:
        fingerprint: SHA-256 of the weights: which model the record is of.
        architecture: Key of the registry.
        synthetic: Whether any of the radiographs is a phantom.
        preprocessing: Size that radiographs are decoded to, and what was done to them then.
        data: The radiographs.
        seed: Of shuffling, augmentation and a random start.
        best_epoch: The epoch whose weights the model has.
        epochs: Epochs that were trained.
        precision: Of its layers.
        started_from: The weights before.
        parameters: The recipe: model, augmentation and fitting.
        keras: What Keras computed with.
        packages: Versions of all that computed the weights.
        tuning: What was tried before; None where nothing is known to have been.
    """

    fingerprint: str
    architecture: str
    synthetic: bool
    preprocessing: Mapping[str, JsonValue]
    data: TrainingFilms
    seed: int
    best_epoch: int
    epochs: int
    precision: PrecisionChoice
    started_from: StartingWeights
    parameters: Mapping[str, JsonValue]
    keras: KerasSettings
    packages: Mapping[str, str]
    tuning: Tuning | None = None

    @property
    def sees_less_than_whole_films(self) -> bool:
        """Whether preprocessing cuts something off."""
        return bool(self.preprocessing.get("border_crop")) or (
            self.preprocessing.get("fit") == Fit.CROP
        )


@dataclass(frozen=True)
class Tensor:
    """What goes into a model or comes out of it; None stands for any length or any value."""

    name: str
    shape: Sequence[int | None]
    dtype: str
    range: tuple[float, float] | None
    meaning: str


SCORE = Tensor(
    "score",
    [None, 1],
    "float32",
    (0.0, 1.0),
    f"P({Label.PNEUMONIA}) as the model gives it, not calibrated",
)


@dataclass(frozen=True)
class ContractedCalibration:
    """How scores become probabilities, for a prevalence; `reason` says why there is no map."""

    method: CalibrationMethod
    prevalence: float | None
    map: CalibrationMap | None
    reason: str | None


@dataclass(frozen=True)
class ModelContract:
    """What a saved model or an ensemble promises its user, and nothing that was not checked.

    Attributes:
        name: Name of the model in the comparison.
        fingerprint: SHA-256 of its weights, or over those of its members.
        operating_point: The locked threshold.
        calibration: How scores become probabilities.
        out_of_distribution: What tells radiographs unlike those it was trained on.
        elsewhere: What to expect of other sites, by hard validation; None of a model that was
            measured before there was one.
        input: What it takes; None of an ensemble, whose members say it in their contracts.
        output: What it gives.
        training: Where it comes from; None of an ensemble, and where the record at hand is of
            another model.
        training_note: Why there is no record of a model's training.
        members: Name to fingerprint of an ensemble's members.
        classes: From low scores to high.
        notice: What it is not for.
        contract: Version of this contract.
    """

    name: str
    fingerprint: str
    operating_point: OperatingPoint
    calibration: ContractedCalibration
    out_of_distribution: Contracted
    elsewhere: Elsewhere | None = None
    input: Tensor | None = None
    output: Tensor = SCORE
    training: TrainingRecord | None = None
    training_note: str | None = None
    members: Mapping[str, str] | None = None
    classes: Sequence[Label] = tuple(Label)
    notice: str = NOTICE
    contract: int = CONTRACT_VERSION

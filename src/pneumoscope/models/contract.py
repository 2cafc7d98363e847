"""The contract of a saved model: its input, output, threshold and origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pneumoscope.errors import InputError
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.models.records import (
    ContractedCalibration,
    ModelContract,
    Tensor,
    TrainingRecord,
)
from pneumoscope.out_of_distribution.records import Contracted

if TYPE_CHECKING:
    import keras


def model_contract(
    name: str,
    model: keras.Model,
    metrics: ModelMetrics,
    training: TrainingRecord,
    contracted: Contracted,
) -> ModelContract:
    """Write down what a user of a model needs to know, and nothing that was not checked.

    Args:
        name: Name of the model in the comparison.
        model: The model as it was scored.
        metrics: Its metrics, with its fingerprint, the locked operating point and the
            calibration.
        training: The training record of that name; left out where it is of another model, as
            when an older version was evaluated.
        contracted: What tells radiographs that are out of distribution.

    Raises:
        ValueError: When the metrics are of another model.
    """
    fingerprint, measured = model_fingerprint(model), metrics.model.fingerprint
    if fingerprint != measured:
        raise InputError(
            f"metrics of the model itself ({fingerprint[:12]})",
            f"those of another ({measured[:12]})",
            f"Run the whole evaluation of {name} again.",
        )
    own = training.fingerprint == fingerprint
    note = (
        f"the training record given is of another model ({training.fingerprint[:12]}); give "
        f"the record of the same version: --load-versions=model_{name}:<version>,"
        f"{name}.training_record:<version>"
    )
    return ModelContract(
        **_promise(name, metrics, contracted),
        input=Tensor(
            model.inputs[0].name,
            list(model.input_shape),
            "uint8",
            (0, 255),
            "grey values of radiographs after the preprocessing named in training",
        ),
        training=training if own else None,
        training_note=None if own else note,
    )


def ensemble_contract(name: str, metrics: ModelMetrics, contracted: Contracted) -> ModelContract:
    """Write down what an ensemble promises: the mean of its members' scores.

    Args:
        name: Name of the ensemble in the comparison.
        metrics: Its metrics, which name its members and their fingerprints.
        contracted: What tells radiographs that are out of distribution.
    """
    return ModelContract(**_promise(name, metrics, contracted), members=metrics.model.members)


def _promise(name: str, metrics: ModelMetrics, contracted: Contracted) -> dict[str, Any]:
    fitted = metrics.calibration
    limits = contracted.false_alarms
    if limits.fingerprint != metrics.model.fingerprint:
        raise InputError(
            f"the distance that was locked for the model itself ({metrics.model.fingerprint[:12]})",
            f"that of another ({limits.fingerprint[:12]})",
            f"Run the whole evaluation of {name} again.",
        )
    return {
        "name": name,
        "fingerprint": metrics.model.fingerprint,
        "operating_point": metrics.operating_point,
        "calibration": ContractedCalibration(
            fitted.method, fitted.prevalence, fitted.map, fitted.reason
        ),
        "out_of_distribution": contracted,
        "elsewhere": metrics.elsewhere,
    }

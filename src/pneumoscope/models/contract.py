"""What a saved model promises: what it takes and gives, and at which threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pneumoscope import NOTICE
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Label

if TYPE_CHECKING:
    import keras

CONTRACT_VERSION = 1
"""Grows when a key of the contract changes its meaning or goes."""


def model_contract(
    name: str,
    model: keras.Model,
    metrics: ModelMetrics,
    training: Mapping[str, Any],
) -> dict[str, Any]:
    """Write down what a user of a model needs to know, and nothing that was not checked.

    Args:
        name: Name of the model in the comparison.
        model: The model as it was scored.
        metrics: Its metrics, with its fingerprint, the locked operating point and the
            calibration.
        training: The training record of that name.

    Returns:
        Plain values, ready for JSON. `training` is None, and `training_note` says why, when the
        record is of another model, as when an older version was evaluated.

    Raises:
        ValueError: When the metrics are of another model.
    """
    fingerprint, measured = model_fingerprint(model), metrics.model.fingerprint
    if fingerprint != measured:
        raise ValueError(
            f"expected metrics of the model itself ({fingerprint[:12]}), received those of another "
            f"({measured[:12]}); run the whole evaluation of {name} again"
        )
    own = training["fingerprint"] == fingerprint
    note = (
        f"the training record given is of another model ({training['fingerprint'][:12]}); give "
        f"the record of the same version: --load-versions=model_{name}:<version>,"
        f"{name}.training_record:<version>"
    )
    return {
        **_promise(name, metrics),
        "input": {
            "name": model.inputs[0].name,
            "shape": list(model.input_shape),
            "dtype": "uint8",
            "range": [0, 255],
            "meaning": "grey values of radiographs after the preprocessing named in training",
        },
        "training": {key: training[key] for key in training if key != "fingerprint"}
        if own
        else None,
        "training_note": None if own else note,
    }


def ensemble_contract(name: str, metrics: ModelMetrics) -> dict[str, Any]:
    """Write down what an ensemble promises: the mean of its members' scores.

    Args:
        name: Name of the ensemble in the comparison.
        metrics: Its metrics, which name its members and their fingerprints.

    Returns:
        Plain values, ready for JSON. Its input is that of each member, in their contracts.
    """
    return {**_promise(name, metrics), "members": metrics.model.members}


def _promise(name: str, metrics: ModelMetrics) -> dict[str, Any]:
    calibration = asdict(metrics.calibration)
    return {
        "contract": CONTRACT_VERSION,
        "name": name,
        "notice": NOTICE,
        "fingerprint": metrics.model.fingerprint,
        "output": {
            "name": "score",
            "shape": [None, 1],
            "dtype": "float32",
            "range": [0.0, 1.0],
            "meaning": f"P({Label.PNEUMONIA}) as the model gives it, not calibrated",
        },
        "classes": [str(label) for label in Label],
        "scoring": {"test_time_flips": metrics.model.test_time_flips},
        "operating_point": asdict(metrics.operating_point),
        "calibration": {key: calibration[key] for key in calibration if key != "splits"},
    }

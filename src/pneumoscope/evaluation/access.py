"""A log of the evaluations on test, so that repeated evaluation can be reported."""

from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Column, Split


def model_fingerprint(model: Any) -> str:
    """Return the SHA-256 of a model's weights, in hexadecimal: equal for equal models.

    Args:
        model: Anything with `weights`, each with a `path` and convertible to an array.
    """
    digest = sha256()
    for weight in model.weights:
        values = np.ascontiguousarray(weight)
        digest.update(f"{weight.path} {values.shape} {values.dtype}\n".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()


ALTERED = ", altered films"
"""Follows the rule of an evaluation on degraded or partly blacked-out test films."""


def access_row(architecture: str, measured: ModelMetrics, altered: bool = False) -> pd.DataFrame:
    """Return what the log keeps of one evaluation on test.

    Args:
        architecture: Its name.
        measured: Its metrics; without a test split no row is returned.
        altered: Whether altered copies of the test films were measured at that threshold.
    """
    point, test = measured.operating_point, measured.splits.get(Split.TEST)
    row = {
        Column.ARCHITECTURE.value: architecture,
        "model": measured.model.fingerprint,
        "rule": f"{point.rule}{ALTERED if altered else ''}",
        "threshold": point.threshold,
        "n": None if test is None else test.n,
    }
    return pd.DataFrame([row] if test else [], columns=list(row))

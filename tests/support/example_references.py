"""What train looks like to a model, and which distance is too far, to be changed in a test."""

from dataclasses import replace
from typing import Any

import numpy as np

from pneumoscope.out_of_distribution.distances import FEATURES, describe, fit_reference
from pneumoscope.out_of_distribution.false_alarms import limit_false_alarms
from pneumoscope.out_of_distribution.records import Contracted, FalseAlarms, Reference


def reference(fingerprint: str, features: int = 4) -> Reference:
    """Fit a reference on noise of 30 patients."""
    rng = np.random.default_rng(0)
    films = rng.integers(0, 256, (30, 16, 16, 1), dtype=np.uint8)
    numbers = {**describe(films), FEATURES: rng.normal(size=(30, features))}
    return fit_reference(numbers, np.arange(30).astype(str), fingerprint)


def false_alarms(fingerprint: str, **changes: Any) -> FalseAlarms:
    """Limit false alarms to 1 % over 199 patients at the distances 0.00 to 1.98."""
    distance = np.arange(199) / 100
    limits = limit_false_alarms(distance, np.arange(199).astype(str), 0.01, fingerprint)
    return replace(limits, **changes)


def contracted(fingerprint: str) -> Contracted:
    return Contracted(false_alarms(fingerprint), reference(fingerprint))

"""Metrics of a made-up model: complete, so that a test need only say what it is about."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pydantic import TypeAdapter

from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.naming import Consequence, Metric, PatientRule

CONFUSION = {"tn": 6, "fp": 2, "fn": 1, "tp": 3}


def merged(given: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Merge nested mappings; everything else is replaced."""
    result = deepcopy(dict(given))
    for key, value in changes.items():
        old = result.get(key)
        nested = isinstance(old, dict) and isinstance(value, Mapping) and old and value
        result[key] = merged(old, value) if nested else value
    return result


def estimate(value: float | None, low: float | None = None, high: float | None = None, **more):
    return {"value": value, "low": low, "high": high, "reason": None, **more}


def decisions(**changes: Any) -> dict[str, Any]:
    """Give what a rule decides on one split, as JSON."""
    given = {
        "confusion": CONFUSION,
        "deferred": estimate(0.0),
        "consequences": {name.value: estimate(0.75) for name in Consequence},
        "predictive_values": {},
    }
    return merged(given, changes)


def split(**changes: Any) -> dict[str, Any]:
    """Give one split at the locked threshold, as JSON."""
    metrics = {name.value: estimate(0.75, 0.5, 0.9) for name in Metric}
    given = {
        "n": 12,
        "patients": 10,
        "sources": {"folder": 12},
        "metrics": metrics,
        "by_patient": {
            rule.value: {"confusion": CONFUSION, "metrics": metrics} for rule in PatientRule
        },
    }
    return merged(given, changes)


def calibration_measures(**changes: Any) -> dict[str, Any]:
    """Give how far the scores of one split are probabilities, as JSON."""
    names = ("brier", "ece", "slope", "intercept", "in_the_large", "ici")
    return merged({name: estimate(0.2) for name in names}, changes)


def elsewhere(drop: float = 0.0, reach: float = 0.01, **changes: Any) -> dict[str, Any]:
    """Give what a model does on hard validation, as JSON: 0.9, less by `drop` than on all of it."""
    metrics = ("sensitivity", "specificity", "auroc")
    given = {
        "radiographs": 8, "patients": 8, "reason": None,
        "expected": {metric: estimate(0.9, 0.85, 0.95) for metric in metrics},
        "drops": {metric: estimate(drop, drop - reach, drop + reach) for metric in metrics},
    }  # fmt: skip
    return merged(given, changes)


MEASURED: dict[str, Any] = {
    "model": {"fingerprint": "f" * 64, "members": None},
    "protocol": "official",
    "flaws": [],
    "primary_endpoint": "auroc",
    "lock_revision": 1,
    "operating_point": {
        "rule": "youden", "threshold": 0.5, "reason": "largest sum", "low": None, "high": None,
    },
    "operating_points": {
        "youden": {
            "locked": True, "threshold": 0.5, "low": None, "high": None, "reason": "largest sum",
            "splits": {"validation": decisions(), "test": decisions()},
        },
    },
    "calibration": {
        "method": "temperature", "prevalence": 0.5, "map": {"slope": 0.5, "intercept": 0.0},
        "reason": None, "splits": {},
    },
    "grey_zone": {},
    "conformal": {
        "promised": 0.9, "lowest_pneumonia": 0.4, "highest_normal": 0.6, "reason": None,
        "splits": {},
    },
    "subgroups": {"absent": {}, "splits": {"test": {}}},
    "splits": {"validation": split(), "test": split()},
}  # fmt: skip


def model_metrics(changes: Mapping[str, Any] | None = None, **more: Any) -> ModelMetrics:
    """Give metrics that differ from the example in what is named; mappings are merged."""
    plain = merged(merged(MEASURED, changes or {}), more)
    return TypeAdapter(ModelMetrics).validate_python(plain)

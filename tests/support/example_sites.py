"""External tests of made-up models, complete, so that a test need only say what it is about."""

from collections.abc import Mapping
from typing import Any

import example_metrics
from pydantic import TypeAdapter

from pneumoscope.external.records import SiteResult, split_of
from pneumoscope.naming import Metric

NONE = {"train": 0, "validation": 0, "test": 0}
DOMAIN = {
    "train": {"films": 40, "patients": 30}, "other": {"films": 12, "patients": 10},
    "aurocs": {"all numbers": {"value": None, "reason": "too few"}}, "features": [],
    "verdict": "nothing can be told",
}  # fmt: skip


def drop(value: float | None, reach: float = 0.02, **more: Any) -> dict[str, Any]:
    low, high = (None, None) if value is None else (value - reach, value + reach)
    return example_metrics.estimate(value, low, high, **more)


def drops(**changes: Any) -> dict[str, Any]:
    """Give differences of every metric, none of which matters unless it is named."""
    return {metric.value: changes.get(metric.value, drop(0.0)) for metric in Metric}


def site_metrics(site: str = "clinic", **changes: Any) -> dict[str, Any]:
    """Give what was measured of one model at a site, as JSON."""
    split = split_of(site)
    measured = example_metrics.merged(
        example_metrics.MEASURED,
        {"protocol": "external test, nothing refitted"},
    )
    measured["splits"] = {split: example_metrics.split()}
    measured["subgroups"] = {"absent": {}, "splits": {split: {}}}
    given = {
        "lock": "b" * 64, "confidence": 0.95, "measured": measured,
        "drops": {"test": drops(), "validation": drops()},
    }  # fmt: skip
    return example_metrics.merged(given, changes)


def site_result(
    site: str = "clinic",
    models: Mapping[str, Any] | None = None,
    **films: Any,
) -> SiteResult:
    """Give an external test; mappings are merged into the example."""
    given = {
        "digest": "d" * 64, "radiographs": 12, "patients": 10, "without_pattern": 0,
        "classes": {"NORMAL": 8, "PNEUMONIA": 4}, "parts": {"unassigned": 12},
        "sources": {"folder": 12}, "left_out": 0, "refused": [], "warnings": [],
        "overlap": {"identical": NONE, "copies": NONE, "alike": NONE, "examples": [],
                    "same_keys": 0},
        "shift": {"NORMAL": DOMAIN, "PNEUMONIA": DOMAIN},
    }  # fmt: skip
    plain = {
        "site": site,
        "films": example_metrics.merged(given, films),
        "models": models or {"cnn": site_metrics(site)},
    }
    return TypeAdapter(SiteResult).validate_python(plain)

"""A study small enough to know by heart, for tests of what reads it."""

from typing import Any

from example_metrics import estimate
from pydantic import TypeAdapter

from pneumoscope.studies.records import StudyFindings

STUDY = {
    "name": "Study",
    "asked": "It asked for recall.",
    "target": {"metric": "sensitivity", "at_least": 0.9, "source": "named by the study"},
    "protocol": "As it was.",
    "bias": "Much.",
    "differs": ["Not at all."],
    "arms": {"reproduced": "as published", "honest": "by patient"},
    "honest": "honest",
    "published": [{"architecture": "cnn", "source": "its table", "metrics": {"sensitivity": 0.98}}],
}


def about(value: float | None, margin: float = 0.05) -> dict:
    """Give an estimate with an interval about its value."""
    if value is None:
        return estimate(None, reason="undefined")
    return estimate(value, value - margin, value + margin)


def summary(n: int = 8, patients: int = 6, **models: dict) -> dict:
    """Give one split of one protocol: model to the metric of the target."""
    found = {name: {"sensitivity": measured} for name, measured in models.items()}
    return {"n": n, "patients": patients, "models": found}


def arm(validation: dict, test: dict, *flaws: str) -> dict:
    return {"flaws": flaws, "validation": validation, "test": test}


def step(name: str, *, threshold: float = 0.5, change: dict | None = None, **metrics: dict) -> dict:
    """Give a classifier with the same metrics on validation and on test."""
    measured = {"validation": metrics, "test": metrics}
    return {"name": name, "threshold": threshold, "change": change, **measured}


FOUND = {
    "study": STUDY,
    "arms": {
        "reproduced": arm(summary(cnn=about(0.97)), summary(cnn=about(0.97)), "It leaks."),
        "honest": arm(summary(cnn=about(0.85)), summary(cnn=about(0.85))),
    },
    "differences": {
        "reproduced": {"cnn": {"paired": True, "metrics": {"sensitivity": about(0.12)}}}
    },
    "leakage": {},
    "steps": [],
    "tuning": [],
    "chosen": step("cnn", sensitivity=about(0.85)),
    "verdict": "not met",
    "all_positive": {"sensitivity": estimate(1.0)},
}


def study_findings(**changes: Any) -> StudyFindings:
    """Give the findings with some of them replaced; `study` is merged."""
    study = {**STUDY, **changes.pop("study", {})}
    return TypeAdapter(StudyFindings).validate_python({**FOUND, **changes, "study": study})

"""A run small enough to know by heart, as the slides see it."""

from types import SimpleNamespace

import example_metrics
import numpy as np
import pandas as pd
import pytest
from example_audits import INGESTION, ingestion_audit, shortcut, split_audit
from example_metrics import estimate, model_metrics
from example_pairs import pair

from pneumoscope.external.known import external_tests
from pneumoscope.options import EvaluationOptions, ReportOptions
from pneumoscope.report.findings import Findings
from pneumoscope.report.slides.context import Context


def split(sensitivity, specificity):
    metrics = {
        "sensitivity": estimate(sensitivity, sensitivity - 0.05, sensitivity + 0.05),
        "specificity": estimate(specificity, specificity - 0.05, specificity + 0.05),
    }
    return example_metrics.split(n=40, patients=30, metrics=metrics)


def zone(deferred, accuracy):
    test = {
        "deferred": deferred,
        "confusion": example_metrics.CONFUSION,
        "consequences": {"accuracy": estimate(accuracy, accuracy - 0.03, accuracy + 0.03)},
        "gain": estimate(accuracy - 0.9, accuracy - 0.92, accuracy - 0.88),
    }
    return {"low": 0.4, "high": 0.6, "splits": {"test": test}}


def model():
    """Give metrics as JSON, for a test to change."""
    worth = {
        share: {"ppv": estimate(ppv, ppv - 0.05, ppv + 0.05), "npv": estimate(npv)}
        for share, ppv, npv in (("0.05", 0.17, 0.99), ("0.5", 0.8, 0.9))
    }
    return example_metrics.merged(
        example_metrics.MEASURED,
        {
            "operating_points": {"youden": {"splits": {"test": {"predictive_values": worth}}}},
            "grey_zone": {"0": zone(0.0, 0.9), "0.2": zone(0.2, 0.95)},
            "subgroups": {
                "absent": {"age": "not recorded", "sex": "not recorded"},
                "splits": {"test": {"disease": {"virus": {
                    "n": 9, "patients": 9, "sensitivity": estimate(0.5, 0.3, 0.7),
                    "specificity": None, "auroc": estimate(0.8), "auroc_against": "all NORMAL",
                    "deficits": {"sensitivity": estimate(0.3, 0.1, 0.5)},
                }}}},
            },
            "splits": {"validation": split(0.9, 0.75), "test": split(0.9, 0.75)},
        },
    )  # fmt: skip


@pytest.fixture
def run():
    """Give what a context needs; a test changes it before it asks for `context(run)`."""
    keys = ["architecture", "split", "auroc", "auroc_low", "auroc_high", "replicate_of"]
    table = [
        ["mlp", "validation", 0.7, 0.6, 0.8, "mlp"],
        ["mlp", "test", 0.96, 0.93, 0.99, "mlp"],
        ["cnn", "validation", 0.9, 0.85, 0.95, "cnn"],
        ["cnn", "test", 0.92, 0.9, 0.94, "cnn"],
    ]
    return SimpleNamespace(
        metrics={"mlp": model(), "cnn": model()},
        comparison=pd.DataFrame(table, columns=keys),
        significance=[pair("mlp", "cnn", 0.04, -0.01, 0.09)],
        ingestion_audit={
            "radiographs": 100,
            "counts": [
                {"source_split": "train", "label": "NORMAL", "subtype": "normal", "n": 30},
                {"source_split": "train", "label": "PNEUMONIA", "subtype": "virus", "n": 70},
            ],
            "patients": {**INGESTION["patients"], "total": 80},
            "shortcuts": [
                shortcut("train", "bytes", 0.1, warns=True), shortcut("train", "width", 0.6)
            ],
        },
        split_audit={"patients": {"train": 40, "validation": 10, "test": 30}},
        access_log=pd.DataFrame({"model": ["a", "b"], "rule": ["youden", "youden"]}),
        origins={},
        subjects=None,
        external={},
    )  # fmt: skip


@pytest.fixture
def phantom_run(run):
    """Give the same run on phantoms."""
    run.ingestion_audit["sources"] = {"phantoms": 100}
    for metrics in run.metrics.values():
        for part in metrics["splits"].values():
            part["sources"] = {"phantoms": 40}
    return run


@pytest.fixture
def context():
    """Give the context of a run."""

    def context(run):
        metrics = {name: model_metrics(found) for name, found in run.metrics.items()}
        found = Findings(
            ingestion_audit=ingestion_audit(**run.ingestion_audit),
            split_audit=split_audit(**run.split_audit),
            comparison=run.comparison,
            significance=run.significance,
            pixel_statistics=np.zeros(1),
            histories={},
            settings={},
            access_log=run.access_log,
            metrics=metrics,
            origins=run.origins,
            explanations={},
            figures={},
            external=external_tests(run.external, metrics, 0.95),
        )
        given = {"subjects": run.subjects} if run.subjects else {}
        options = ReportOptions(title="A test", **given)
        evaluation = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
        return Context(options, evaluation, found, "cnn")

    return context

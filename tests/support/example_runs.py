"""A finished run of made-up models, as records and as files."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
from example_metrics import model_metrics
from example_records import training_record

from pneumoscope.datasets.record import RecordDataset
from pneumoscope.evaluation.records import ScoredBy
from pneumoscope.models.records import ContractedCalibration, ModelContract
from pneumoscope.naming import CalibrationMethod
from pneumoscope.out_of_distribution.records import Contracted, FalseAlarms
from pneumoscope.run_facts import RunFacts
from pneumoscope.runs.record import RunRecord

LABELS = [0, 0, 0, 0, 1, 1, 1, 1]
GOOD = [0.1, 0.2, 0.3, 0.6, 0.4, 0.7, 0.8, 0.9]
POOR = [0.6, 0.2, 0.7, 0.8, 0.3, 0.4, 0.7, 0.9]


def rows(scores, labels=LABELS, patients=None, name="radiograph") -> pd.DataFrame:
    """Give the test scores of a model, with the hashes of the films."""
    numbers = range(len(labels))
    return pd.DataFrame(
        {
            "radiograph_id": [f"{name} {n:04}" for n in numbers],
            "patient_id": [f"patient {n:04}" for n in (numbers if patients is None else patients)],
            "label": ["PNEUMONIA" if label else "NORMAL" for label in labels],
            "split": "test",
            "score": [float(score) for score in scores],
            "sha256": [f"hash of {name} {n}" for n in numbers],
        }
    )


def record(date="2026-11-27 10:00 UTC", parameters=None, packages=None) -> RunRecord:
    versions = {"keras": "3"} if packages is None else packages
    facts = RunFacts(date, "kedro run", "smoke", 12.0, "abc", "Linux, 2 cores", versions)
    return RunRecord(facts, {"seed": 7} if parameters is None else parameters)


def contract(name: str, fingerprint: str, **training) -> ModelContract:
    limits = FalseAlarms(fingerprint, 0.05, 0.1, 10, 10, 1.0, [], [])
    return ModelContract(
        name, fingerprint, model_metrics().operating_point,
        ContractedCalibration(CalibrationMethod.TEMPERATURE, None, None, "none"),
        Contracted(limits), training=training_record(fingerprint=fingerprint, **training),
    )  # fmt: skip


def metrics(fingerprint: str):
    found = model_metrics()
    return replace(found, model=replace(found.model, fingerprint=fingerprint))


def write_run(folder: Path, models: dict[str, tuple[str, pd.DataFrame]]) -> Path:
    """Write what an evaluation leaves: each model's fingerprint and its rows."""
    for name, (fingerprint, table) in models.items():
        scored, reported = folder / "07_model_output" / name, folder / "08_reporting" / name
        scored.mkdir(parents=True)
        table.drop(columns="sha256").to_parquet(scored / "scores.parquet")
        save(scored / "scored_by.json", ScoredBy(fingerprint))
        save(reported / "metrics.json", metrics(fingerprint))
    (folder / "02_intermediate").mkdir()
    table[["radiograph_id", "sha256"]].to_parquet(folder / "02_intermediate/manifest.parquet")
    lines = [f"{name},test" for name in models]
    (folder / "08_reporting/comparison.csv").write_text("\n".join(["architecture,split", *lines]))
    return folder


def save(path: Path, one) -> None:
    RecordDataset(str(path), f"{type(one).__module__}.{type(one).__name__}").save(one)

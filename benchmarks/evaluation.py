"""Seconds and memory that the evaluation of one model takes, part by part.

python benchmarks/evaluation.py [--radiographs 100000] [--patients 40000]
"""

import argparse
import time
from collections.abc import Callable
from resource import RUSAGE_SELF, getrusage

import numpy as np
import pandas as pd
from scipy.special import expit

from pneumoscope.evaluation.calibration.measure import measure_calibration
from pneumoscope.evaluation.conformal import measure_conformal
from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.evaluation.patients import measure_patients
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.subgroups import measure_subgroups
from pneumoscope.evaluation.thresholds.deferral import measure_grey_zone
from pneumoscope.evaluation.thresholds.operating_points import operating_points
from pneumoscope.naming import Label, Split
from pneumoscope.options import EvaluationOptions

RULES = [
    {"rule": "youden"},
    {"rule": "max_f1"},
    {"rule": "min_sensitivity", "value": 0.95},
    {"rule": "grey_zone", "share": 0.1},
]


def draw(radiographs: int, patients: int, seed: int) -> pd.DataFrame:
    """Draw scores of radiographs, half of them validation; a patient has some of one class."""
    rng = np.random.default_rng(seed)
    patient = np.sort(rng.integers(patients, size=radiographs))
    positive = patient % 3 > 0
    score = expit(rng.normal(3 * positive - 1.5 + rng.normal(size=patients)[patient], 1))
    return pd.DataFrame(
        {
            "radiograph_id": np.arange(radiographs).astype(str),
            "patient_id": np.char.add("patient", patient.astype(str)).astype(object),
            "label": np.where(positive, Label.PNEUMONIA.value, Label.NORMAL.value),
            "subtype": np.where(positive, np.where(patient % 2, "virus", "bacteria"), "normal"),
            "split": np.where(patient < patients // 2, Split.VALIDATION.value, Split.TEST.value),
            "score": score,
        }
    )


def parts_of(scores: pd.DataFrame, options: EvaluationOptions) -> dict[str, Callable[[], object]]:
    """Return what is timed, by name."""
    films = scores[["radiograph_id"]].assign(width=9, height=9, mode="L", bytes_per_pixel=0.1)
    test = scores[scores["split"] == Split.TEST]
    return {
        "every metric of one split": lambda: estimate_metrics(test, 0.5, options),
        "by patient, one split": lambda: measure_patients(Sample.of_rows(test), 0.5, options),
        "every rule on both splits": lambda: operating_points(scores, options),
        "subgroups of both splits": lambda: measure_subgroups(scores, films, 0.5, options),
        "grey zones": lambda: measure_grey_zone(scores, 0.5, options),
        "conformal sets": lambda: measure_conformal(scores, options),
        "calibration, before and after": lambda: measure_calibration(scores, options),
    }


def main() -> None:
    """Time each part once and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--radiographs", type=int, default=100_000)
    parser.add_argument("--patients", type=int, default=40_000)
    given = parser.parse_args()
    options = EvaluationOptions.model_validate(
        {
            "threshold": {"rule": "fixed", "value": 0.5},
            "operating_points": RULES,
            "prevalences": [0.05, 0.2, 0.5],
        }
    )
    for part in parts_of(draw(2000, 800, seed=7), options).values():
        part()  # loads what it needs
    parts = parts_of(draw(given.radiographs, given.patients, seed=7), options)
    print(f"{given.radiographs:,} radiographs of {given.patients:,} patients")
    print("\n| part | seconds | peak memory so far, GiB |\n| --- | --- | --- |")
    for name, part in parts.items():
        start = time.perf_counter()
        part()
        peak = getrusage(RUSAGE_SELF).ru_maxrss / 2**20
        print(f"| {name} | {time.perf_counter() - start:.1f} | {peak:.2f} |", flush=True)


if __name__ == "__main__":
    main()

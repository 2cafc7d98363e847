"""Which calibrator to fit on validation: log loss and Brier score on other radiographs.

    python benchmarks/calibration_methods.py

Scores of a network whose logits are too extreme by a factor, trained with class weights or
without, on 74 % PNEUMONIA as in Kermany's train. "Prior and temperature" adds the logit of that
share before it fits a temperature, where the classes were weighted: it has to be told. Values are
means over validations, times 1000, above what the true probabilities reach.
"""

import argparse

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm
from sklearn.metrics import brier_score_loss, log_loss

from pneumoscope.evaluation.calibration.calibrators import fit_calibrator
from pneumoscope.evaluation.calibration.recalibration import recalibrate
from pneumoscope.naming import CalibrationMethod

SHARE = 0.74
TEST = 20_000
Floats = NDArray[np.float64]


def sample(count: int, reach: float, rng: np.random.Generator) -> tuple[NDArray[np.bool_], Floats]:
    """Draw labels and the log odds that the films show, without the share of PNEUMONIA."""
    label = rng.random(count) < SHARE
    return label, 2 * reach * rng.normal(np.where(label, reach, -reach))


def mapped(method: str, label: NDArray[np.bool_], score: Floats, test: Floats) -> Floats:
    """Calibrate test scores by what validation teaches; without a map they stay."""
    if method == "none":
        return test
    kind = "platt" if method == "platt" else "temperature"
    shift = logit(SHARE) if method == "prior and temperature" else 0.0
    score, test = (expit(logit(np.clip(s, 1e-7, 1 - 1e-7)) + shift) for s in (score, test))
    line, _ = fit_calibrator(label, score, CalibrationMethod(kind))
    return test if line is None else recalibrate(test, line.slope, line.intercept)


def measure(auroc: float, count: int, weighted: bool, extreme: float, draws: int) -> list[dict]:
    """Average each method's excess over validations of one kind."""
    rng = np.random.default_rng(7)
    reach = norm.ppf(auroc) / np.sqrt(2)

    def network(evidence: Floats) -> Floats:
        return expit(extreme * (evidence + (0.0 if weighted else logit(SHARE))))

    label, evidence = sample(TEST, reach, rng)
    ideal = expit(evidence + logit(SHARE))
    methods = ["none", "temperature", "platt", *(["prior and temperature"] if weighted else [])]
    found = dict.fromkeys(methods, np.zeros(2))
    for _ in range(draws):
        known, shown = sample(count, reach, rng)
        for method in methods:
            p = np.clip(mapped(method, known, network(shown), network(evidence)), 1e-12, 1 - 1e-12)
            found[method] = found[method] + [log_loss(label, p), brier_score_loss(label, p)]
    best = np.array([log_loss(label, ideal), brier_score_loss(label, ideal)])
    return [
        {
            "AUROC": auroc, "validation": count, "class weights": weighted, "too extreme": extreme,
            "method": method, "log loss": excess[0], "Brier score": excess[1],
        }
        for method, total in found.items()
        for excess in [1000 * (total / draws - best)]
    ]  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--draws", type=int, default=60, help="validations of each kind")
    draws = parser.parse_args().draws
    rows = [
        row
        for auroc in (0.85, 0.95, 0.99)
        for count in (40, 100, 400)
        for weighted in (True, False)
        for row in measure(auroc, count, weighted, 2.5, draws)
    ]
    table = pd.DataFrame(rows).pivot_table(
        index=["AUROC", "validation", "class weights"],
        columns="method",
        values=["log loss", "Brier score"],
    )
    print(table.round(1).to_string())


if __name__ == "__main__":
    main()

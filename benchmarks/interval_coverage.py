"""How often intervals hold the truth, and tests find a difference where there is none.

python benchmarks/interval_coverage.py [--runs 2000]

Scores are binormal: that of a radiograph is the sum of its class, an effect of its patient and one
of its own, brought through a sigmoid. Prints two tables in Markdown, for docs/evaluation.md.
"""

import argparse
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from pneumoscope.evaluation.calibration.intervals import calibration_estimates
from pneumoscope.evaluation.calibration.recalibration import calibration_slope_intercept
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.metrics import measure_metrics
from pneumoscope.evaluation.pairs import compare_pairs
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.verdict import Verdict
from pneumoscope.naming import Label, Metric
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
FOUR = (1, 2, 3, 4)
KERMANY = (1,) * 9 + (2, 3, 4)
"""Radiographs of a patient, each as likely: 1.5 on average, as in the published collection."""
STEEPNESS = 1.5
"""Of the sigmoid: scores crowd at 0 and 1, as those of a network do."""
RESAMPLES = 500
LEVEL = 0.05


@dataclass(frozen=True)
class Setting:
    """A model and the patients that it is measured on.

    Attributes:
        patients: How many.
        share: Share of them with PNEUMONIA.
        radiographs: How many radiographs one has, each number as likely.
        correlation: Correlation of the scores of one patient's radiographs within a class.
        auroc: The true AUROC.
        specificity: The true specificity at the threshold.
    """

    patients: int
    share: float
    radiographs: tuple[int, ...]
    correlation: float
    auroc: float
    specificity: float

    @property
    def distance(self) -> float:
        """Between the means of both classes, in standard deviations."""
        return float(np.sqrt(2) * norm.ppf(self.auroc))

    @property
    def threshold(self) -> float:
        """On the scores."""
        return float(expit(STEEPNESS * (norm.ppf(self.specificity) - self.distance / 2)))

    def __str__(self) -> str:
        """Return the setting in words."""
        low, high = min(self.radiographs), max(self.radiographs)
        return (
            f"{self.patients} patients of {low}{f' to {high}' if high > low else ''} radiographs, "
            f"{self.share:.0%} PNEUMONIA, correlation {self.correlation:g}, AUROC {self.auroc:g}, "
            f"specificity {self.specificity:g}"
        )


SETTINGS = [
    Setting(60, 0.5, FOUR, 0.5, 0.9985, 0.982),
    Setting(60, 0.5, FOUR, 0.9, 0.9985, 0.982),
    Setting(30, 0.5, FOUR, 0.5, 0.97, 0.9),
    Setting(60, 0.75, FOUR, 0.9, 0.97, 0.9),
    Setting(60, 0.75, FOUR, 0.0, 0.9, 0.8),
    Setting(450, 0.65, KERMANY, 0.5, 0.985, 0.95),
    Setting(300, 0.7, FOUR, 0.9, 0.9985, 0.982),
]
EQUAL = [
    Setting(60, 0.5, FOUR, 0.5, 0.98, 0.95),
    Setting(450, 0.65, KERMANY, 0.5, 0.985, 0.95),
    Setting(450, 0.65, KERMANY, 0.9, 0.985, 0.95),
    Setting(150, 0.6, (2, 3, 4, 6), 0.9, 0.9, 0.85),
    Setting(150, 0.6, (2, 3, 4, 6), 0.5, 0.98, 0.95),
    Setting(300, 0.7, (1,), 0.0, 0.98, 0.95),
]


def draw(setting: Setting, rng: np.random.Generator, models: int = 1) -> list[Sample]:
    """Draw patients, and the scores that equally good models give their radiographs.

    Half of the variance of each effect is what all models share.
    """
    count = rng.choice(setting.radiographs, size=setting.patients)
    patient = np.repeat(np.arange(setting.patients), count)
    label = (np.arange(setting.patients) < round(setting.share * setting.patients))[patient]

    def effects() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return rng.normal(size=setting.patients)[patient], rng.normal(size=patient.size)

    shared = effects()
    samples = []
    for _ in range(models):
        of_patient, of_radiograph = (
            np.sqrt(0.5) * (ours + common) for ours, common in zip(effects(), shared, strict=True)
        )
        noise = np.sqrt(setting.correlation) * of_patient
        noise += np.sqrt(1 - setting.correlation) * of_radiograph
        score = expit(STEEPNESS * (setting.distance * (label - 0.5) + noise))
        samples.append(Sample(label, score, patient, setting.patients))
    return samples


def truth(setting: Setting) -> dict[str, float]:
    """Return the true values: by formula where there is one, else of a million radiographs."""
    many = replace(setting, patients=400_000)
    (sample,) = draw(many, np.random.default_rng(0))
    known = {name: found.value or 0.0 for name, found in measure(sample, setting).items()}
    return known | formulas(setting)


def formulas(setting: Setting) -> dict[str, float]:
    """Return the true values that follow from a setting by formula."""
    sensitivity = float(norm.sf(norm.ppf(setting.specificity) - setting.distance))
    return {
        Metric.AUROC: setting.auroc,
        Metric.SENSITIVITY: sensitivity,
        Metric.SPECIFICITY: setting.specificity,
        Metric.MACRO_RECALL: (sensitivity + setting.specificity) / 2,
    }


def measure(sample: Sample, setting: Setting) -> dict[str, Estimate]:
    """Estimate every metric, and the numbers of the calibration line."""
    metrics = measure_metrics(sample, setting.threshold, OPTIONS)
    line = calibration_slope_intercept(sample.label, sample.score)
    fitted = calibration_estimates(sample, line, OPTIONS.confidence)
    return {
        **{metric.value: found.estimate for metric, found in metrics.items()},
        **{f"calibration {name}": found for name, found in fitted.items()},
    }


def coverage(setting: Setting, runs: int, seed: int = 1) -> dict[str, float]:
    """Return the share of intervals that hold the truth, among those that there are.

    Returns:
        By metric; of specificity and AUROC that of the percentile bootstrap, too; and the share
        of runs in which average precision has none.
    """
    rng, true = np.random.default_rng(seed), truth(setting)
    held: dict[str, list[bool]] = {}
    for run in range(runs):
        (sample,) = draw(setting, rng)
        found = {name: one.bounds for name, one in measure(sample, setting).items()}
        for name, metric in ((f"{m}, percentile bootstrap", m) for m in _RESAMPLED):
            found[name] = _percentile(sample, metric, setting.threshold, run)
        for name, bounds in found.items():
            if bounds:
                value = true[name.split(",")[0]]
                held.setdefault(name, []).append(bounds[0] <= value <= bounds[1])
    shares = {name: float(np.mean(values)) for name, values in held.items()}
    missing = 1 - len(held.get(Metric.AVERAGE_PRECISION.value, [])) / runs
    return {**shares, "average precision, no interval": missing}


_RESAMPLED = (Metric.SPECIFICITY, Metric.AUROC)


def _percentile(
    sample: Sample, metric: Metric, threshold: float, seed: int
) -> tuple[float, float] | None:
    """Return the percentile bootstrap interval over patients, which is not used any more."""
    drawn = np.random.default_rng(seed).integers(sample.patients, size=(RESAMPLES, sample.patients))
    cells = drawn + sample.patients * np.arange(RESAMPLES)[:, np.newaxis]
    times = np.bincount(cells.ravel(), minlength=drawn.size).reshape(drawn.shape)
    weight = times[:, sample.patient]
    negative, positive = weight * ~sample.label, weight * sample.label
    with np.errstate(invalid="ignore"):
        if metric is Metric.SPECIFICITY:
            values = negative[:, sample.score < threshold].sum(axis=1) / negative.sum(axis=1)
        else:
            order = np.argsort(sample.score)  # no ties
            below = np.cumsum(negative[:, order], axis=1)
            wins = (positive[:, order] * below).sum(axis=1)
            values = wins / (positive.sum(axis=1) * negative.sum(axis=1))
    if np.isnan(values).mean() > LEVEL / 2:
        return None
    low, high = np.nanquantile(values, (LEVEL / 2, 1 - LEVEL / 2))
    return float(low), float(high)


def false_positives(setting: Setting, runs: int, seed: int = 1) -> dict[str, float]:
    """Return how often two equally good models are found to differ.

    Returns:
        By metric the share of p values below `LEVEL`, over patients and with all radiographs
        as independent, of intervals of the difference that exclude 0, and of verdicts.
    """
    rng = np.random.default_rng(seed)
    found: dict[str, list[bool]] = {}
    for _ in range(runs):
        samples = dict(zip("ab", draw(setting, rng, models=2), strict=True))
        tables = {name: _table(sample) for name, sample in samples.items()}
        for pair in compare_pairs(tables, dict.fromkeys("ab", setting.threshold), OPTIONS):
            for name, below in (
                (f"{pair.metric}, over patients", _below(pair.p)),
                (f"{pair.metric}, radiographs as independent", _below(pair.p_independent)),
                (f"{pair.metric}, interval excludes 0", _excludes_0(pair.estimate.bounds)),
                (f"{pair.metric}, verdict", pair.verdict is Verdict.SHOWN),
            ):
                found.setdefault(name, []).append(below)
    return {name: float(np.mean(values)) for name, values in found.items()}


def _excludes_0(bounds: tuple[float, float] | None) -> bool:
    return bounds is not None and (bounds[0] > 0 or bounds[1] < 0)


def _below(p: float | None) -> bool:
    return p is not None and p < LEVEL


def _table(sample: Sample) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "radiograph_id": np.arange(sample.label.size),
            "patient_id": sample.patient,
            "label": np.where(sample.label, Label.PNEUMONIA, Label.NORMAL),
            "score": sample.score,
        }
    )


def _print(settings: list[Setting], found: list[dict[str, float]], rows: list[str]) -> None:
    letters = [chr(ord("A") + number) for number in range(len(settings))]
    print("\n".join(f"- {letter}: {one}" for letter, one in zip(letters, settings, strict=True)))
    print(f"\n| | {' | '.join(letters)} |\n| --- {'| --- ' * len(letters)}|")
    for row in rows:
        cells = " | ".join(f"{values[row]:.3f}" for values in found)
        print(f"| {row.replace('_', ' ')} | {cells} |")


def main() -> None:
    """Run both simulations and print their tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=2000, help="samples of patients a setting")
    runs = parser.parse_args().runs
    print(f"Share of {runs:,} intervals of 95 % that hold the truth:\n")
    held = [coverage(setting, runs) for setting in SETTINGS]
    _print(SETTINGS, held, sorted(held[0], key=_in_order))
    print(f"\nShare of {runs:,} pairs of equally good models that differ at level {LEVEL}:\n")
    wrong = [false_positives(setting, runs) for setting in EQUAL]
    _print(EQUAL, wrong, list(wrong[0]))


def _in_order(name: str) -> tuple[int, str]:
    """Put metrics in their usual order, and what is not one last."""
    plain = [metric.value for metric in Metric]
    return (plain.index(name), name) if name in plain else (len(plain), name)


if __name__ == "__main__":
    main()

"""Made-up patients whose models are known, and what sentences say of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from interval_coverage import KERMANY, Setting, draw
from scipy.special import expit, logit

from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.verdict import Verdict
from pneumoscope.naming import Label, Split
from pneumoscope.options import EvaluationOptions
from pneumoscope.report.blocks import Figure, Table, flattened

OPTIONS = EvaluationOptions.model_validate(
    {"threshold": {"rule": "youden"}, "grey_zone": {"shares": [0.2]}}
)
SMALL = Setting(60, 0.6, KERMANY, 0.5, 0.97, 0.9)
LARGE = Setting(450, 0.65, KERMANY, 0.5, 0.985, 0.95)
SPLITS = (Split.VALIDATION, Split.TEST)
SHOWN, BOUNDED, OPEN = Verdict.SHOWN, Verdict.SMALL, Verdict.OPEN

Draw = np.random.Generator
Scenario = Callable[[Setting, bool, Draw], Verdict]


def pair(setting: Setting, rng: Draw) -> list[Sample]:
    """Draw validation and test from one distribution."""
    return [draw(setting, rng)[0] for _ in SPLITS]


def logits(sample: Sample) -> Any:
    """Return the scores of a sample as logits."""
    return logit(np.clip(sample.score, 1e-7, 1 - 1e-7))


def with_logits(sample: Sample, changed: Any) -> Sample:
    """Give a sample other scores."""
    return replace(sample, score=expit(changed))


def noisy(sample: Sample, rng: Draw) -> Sample:
    """Make a model worse: noise is added to its scores."""
    return with_logits(sample, logits(sample) + 3 * rng.normal(size=sample.label.size))


def rows_of(samples: dict[Split, Sample]) -> pd.DataFrame:
    """Return the radiographs of each split as rows: patients of different splits are others."""
    tables = [
        pd.DataFrame(
            {
                "radiograph_id": np.arange(sample.label.size),
                "patient_id": [f"{split}{number}" for number in sample.patient],
                "label": np.where(sample.label, Label.PNEUMONIA, Label.NORMAL),
                "split": split,
                "score": sample.score,
            }
        )
        for split, sample in samples.items()
    ]
    return pd.concat(tables, ignore_index=True)


def captions(section: Any) -> str:
    """Return the captions of all figures and tables of a section."""
    figures = [
        figure
        for block in flattened(section.blocks)
        for figure in getattr(block, "figures", [block])
    ]
    return " ".join(one.caption for one in figures if isinstance(one, Figure | Table))


def read(verdict: str, shown: str, small: str) -> Verdict:
    """Tell by its words what a sentence announces; several words are parted by `|`."""
    if any(words in verdict for words in shown.split("|")):
        return SHOWN
    return BOUNDED if small in verdict and "cannot be told" not in verdict else OPEN


def any_of(verdicts: Any) -> Verdict:
    """Return what several verdicts come to together."""
    found = set(verdicts)
    return SHOWN if SHOWN in found else BOUNDED if found == {BOUNDED} else OPEN

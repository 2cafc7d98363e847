"""Films of a site whose scores are probabilities, or are wrong in a way that is known."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import CalibrationMap, OperatingPoint
from pneumoscope.external.updates.records import Change, Part, Reading, SiteUpdate, Worth
from pneumoscope.naming import Consequence, Label, Recalibration, ThresholdRule
from pneumoscope.options import EvaluationOptions


def options(**rule: Any) -> EvaluationOptions:
    threshold = rule or {"rule": "youden"}
    return EvaluationOptions.model_validate({"threshold": threshold})


def films(n=400, shift=0.0, spread=1.0, prevalence=0.5, seed=0) -> pd.DataFrame:
    """Draw films whose scores are probabilities, then move their logits and pull them apart."""
    rng = np.random.default_rng(seed)
    ill = rng.random(n) < prevalence
    # Two normal classes of unit variance, 2 apart: the logit of the truth is 2 x + log odds.
    true = 2 * rng.normal(np.where(ill, 1.0, -1.0)) + logit(prevalence)
    return pd.DataFrame(
        {
            "patient_id": [f"p{i}" for i in range(n)],
            "label": np.where(ill, "PNEUMONIA", "NORMAL"),
            "split": "external:clinic",
            "score": expit(spread * true + shift),
        }
    )


LOCKED = Reading(OperatingPoint(ThresholdRule.YOUDEN, 0.5, "locked"), CalibrationMap(1.0), 0.5)


def change(before: float, after: float, reach: float = 0.02) -> Change:
    """Give a measure without an update and with it, each and their difference with a reach."""

    def estimate(value: float) -> Estimate:
        return Estimate(value, value - reach, value + reach)

    return Change(estimate(before), estimate(after), estimate(after - before))


def worth(brier: float = 0.0, aimed: float = 0.0, films: float = 50) -> Worth:
    """Give what an update is worth: what it adds to the Brier score, and to what is aimed at."""
    return Worth(
        films, films / 2, {Recalibration.NONE: 1.0}, 0.0, change(0.2, 0.2 + brier),
        change(0.9, 0.9), change(0.8, 0.8), Consequence.MACRO_RECALL, change(0.7, 0.7 + aimed),
    )  # fmt: skip


def site_update(**changes: Any) -> SiteUpdate:
    """Give an update that is shown to help."""
    point = OperatingPoint(ThresholdRule.YOUDEN, 0.7, "largest sensitivity + specificity")
    line = CalibrationMap(0.5, -1.0)
    given = {
        "site": "clinic", "model": "cnn", "fingerprint": "1" * 64, "lock": "2" * 64,
        "films": "3" * 64, "confidence": 0.95, "refused": None,
        "reading": Reading(point, line, 0.25, Recalibration.LOGISTIC),
        "zones": {"0.1": (0.65, 0.75)},
        "fitted_on": Part(60, 40, {Label.NORMAL: 30, Label.PNEUMONIA: 30}),
        "measured_on": Part(50, 1, {Label.NORMAL: 20, Label.PNEUMONIA: 30}),
        "worth": worth(brier=-0.1, aimed=0.1), "cuts": 20,
        "curve": [worth(films=25), worth(brier=-0.1, aimed=0.1)],
    }  # fmt: skip
    return SiteUpdate(**{**given, **changes})

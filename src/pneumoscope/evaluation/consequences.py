"""What decisions mean for the children examined, each number with its interval or a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pneumoscope.evaluation.decisions import (
    CELLS,
    DEFERRED,
    Bounds,
    Quantities,
    class_quantities,
    consequence_quantities,
    count_decisions,
    macro_quantities,
)
from pneumoscope.evaluation.intervals import missing_reasons, percentile_interval
from pneumoscope.evaluation.metrics import Confusion, ppv_npv
from pneumoscope.evaluation.score_arrays import FloatArray, plain
from pneumoscope.naming import Column, Consequence, Label
from pneumoscope.options import EvaluationOptions

_UNDEFINED = {
    Consequence.SENSITIVITY.value: "no radiograph is PNEUMONIA",
    Consequence.SPECIFICITY.value: "no radiograph is NORMAL",
    Consequence.PPV.value: "no radiograph is predicted PNEUMONIA",
    Consequence.NPV.value: "no radiograph is predicted NORMAL",
    Consequence.ACCURACY.value: "there is no radiograph",
    Consequence.F1.value: "no radiograph is PNEUMONIA and none is predicted PNEUMONIA",
    DEFERRED: "there is no radiograph",
}
_ABSENT_CLASS = "sensitivity or specificity is undefined: a class is absent"


@dataclass(frozen=True)
class _Resampling:
    """What turns quantities of resamples into intervals, or says why there is none."""

    patient: np.ndarray
    options: EvaluationOptions

    def quote(self, actual: Quantities, resampled: Quantities, why: Mapping[str, str]) -> dict:
        """Return the values, `intervals` by name, and `undefined`: why a value is None."""
        values = {name: plain(found[0]) for name, found in actual.items()}
        undefined = {name: why[name] for name, value in values.items() if value is None}
        intervals = {
            name: percentile_interval(found, self.options.confidence)
            for name, found in resampled.items()
        }
        missing = {name: None for name, interval in intervals.items() if interval is None}
        reasons = missing_reasons(missing, self.patient, self.options.bootstrap) if missing else {}
        bounds = {
            name: _bounds(interval, undefined.get(name) or reasons.get(name))
            for name, interval in intervals.items()
        }
        return {**values, "intervals": bounds, "undefined": undefined}


def measure_decisions(
    rows: pd.DataFrame, bounds: Mapping[str, Bounds], options: EvaluationOptions, seed: int
) -> dict[str, dict]:
    """Measure what each pair of bounds means for those examined.

    Args:
        rows: Columns patient_id, label and score.
        bounds: Name to the bounds of its grey zone; equal at a threshold.
        options: Prevalences, bootstrap and confidence.
        seed: Seed of the bootstrap.

    Returns:
        By name: `confusion` of the decided, each `Consequence` among them and the share
        `deferred`, then `classes` and `macro` (precision, recall, F1), each with its
        `intervals` (low, high, and `reason` where they are None) and `undefined` (why a value
        is None), and `predictive_values`. Plain values, ready for JSON.
    """
    resampling = _Resampling(rows[Column.PATIENT_ID].to_numpy(), options)
    counted = count_decisions(rows, bounds, options.bootstrap, seed)
    return {name: _describe(*counts, resampling) for name, counts in counted.items()}


def consequences(counts: Confusion) -> dict:
    """Compute what a confusion matrix means for those examined.

    Args:
        counts: The confusion matrix.

    Returns:
        Each `Consequence`, None where undefined, and `undefined`: why, by name.
    """
    cells = np.array([counts.tn, counts.fp, counts.fn, counts.tp, 0], dtype=np.float64)
    found = consequence_quantities(cells[:, None])
    values = {name.value: plain(found[name][0]) for name in Consequence}
    return {
        **values,
        "undefined": {name: _UNDEFINED[name] for name, x in values.items() if x is None},
    }


def _describe(actual: FloatArray, resampled: FloatArray, resampling: _Resampling) -> dict:
    found = consequence_quantities(actual), consequence_quantities(resampled)
    classes = class_quantities(actual), class_quantities(resampled)
    macro = macro_quantities(classes[0]), macro_quantities(classes[1])
    cells = dict(zip(CELLS[:4], (round(count) for count in actual[:4, 0]), strict=True))
    return {
        "confusion": cells,
        **resampling.quote(*found, _UNDEFINED),
        "classes": {
            label.value: resampling.quote(classes[0][label], classes[1][label], _of_class(label))
            for label in Label
        },
        "macro": resampling.quote(*macro, _MACRO),
        "predictive_values": _predictive_values(*found, resampling),
    }


def _predictive_values(
    actual: Quantities, resampled: Quantities, resampling: _Resampling
) -> dict[str, dict]:
    """Carry predictive values over to each prevalence, which is the key, as text."""
    shares = resampling.options.prevalences
    return {
        f"{share:g}": resampling.quote(
            _carried(actual, share), _carried(resampled, share), _why_not_carried(actual)
        )
        for share in shares
    }


def _carried(found: Quantities, prevalence: float) -> Quantities:
    given = found[Consequence.SENSITIVITY], found[Consequence.SPECIFICITY]
    return dict(zip(_PREDICTIVE, ppv_npv(*given, prevalence), strict=True))


def _why_not_carried(actual: Quantities) -> Mapping[str, str]:
    rates = actual[Consequence.SENSITIVITY], actual[Consequence.SPECIFICITY]
    return dict.fromkeys(_PREDICTIVE, _ABSENT_CLASS) if np.isnan(rates).any() else _UNDEFINED


_PREDICTIVE: Sequence[str] = (Consequence.PPV.value, Consequence.NPV.value)


def _of_class(label: str) -> dict[str, str]:
    return {
        "precision": f"no radiograph is predicted {label}",
        "recall": f"no radiograph is {label}",
        "f1": f"no radiograph is {label} and none is predicted {label}",
    }


_MACRO = {
    "precision": "no radiograph is predicted NORMAL, or none PNEUMONIA",
    "recall": "no radiograph is NORMAL, or none PNEUMONIA",
    "f1": "a class is absent and never predicted",
}


def _bounds(interval: tuple[float, float] | None, reason: str | None) -> dict:
    if interval is None:
        return {"low": None, "high": None, "reason": reason}
    return {"low": interval[0], "high": interval[1]}

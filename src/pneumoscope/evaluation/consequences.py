"""What decisions mean for those examined, each number with its interval or a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pneumoscope.evaluation.decisions import (
    DEFERRED,
    Bounds,
    Quantities,
    class_quantities,
    consequence_quantities,
    count_decisions,
    macro_quantities,
)
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.intervals import missing_reasons, percentile_interval
from pneumoscope.evaluation.metrics import ppv_npv
from pneumoscope.evaluation.records import ClassMetrics, Confusion, Decisions, PredictiveValues
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

    def quote(
        self, actual: Quantities, resampled: Quantities, why: Mapping[str, str]
    ) -> dict[str, Estimate]:
        """Return each quantity with its interval; `why` says why a value is undefined."""
        values = {name: plain(found[0]) for name, found in actual.items()}
        intervals = {
            name: percentile_interval(found, self.options.confidence)
            for name, found in resampled.items()
        }
        missing = {name: None for name, interval in intervals.items() if interval is None}
        reasons = missing_reasons(missing, self.patient, self.options.bootstrap) if missing else {}
        return {
            name: Estimate.of(
                value, intervals[name], why[name] if value is None else reasons.get(name)
            )
            for name, value in values.items()
        }


def measure_decisions(
    rows: pd.DataFrame, bounds: Mapping[str, Bounds], options: EvaluationOptions, seed: int
) -> dict[str, Decisions]:
    """Measure what each pair of bounds means for those examined.

    Args:
        rows: Columns patient_id, label and score.
        bounds: Name to the bounds of its grey zone; equal at a threshold.
        options: Prevalences, bootstrap and confidence.
        seed: Seed of the bootstrap.

    Returns:
        What each pair decides, by its name.
    """
    resampling = _Resampling(rows[Column.PATIENT_ID].to_numpy(), options)
    counted = count_decisions(rows, bounds, options.bootstrap, seed)
    return {name: _describe(*counts, resampling) for name, counts in counted.items()}


def consequences(counts: Confusion) -> dict[Consequence, Estimate]:
    """Compute what a confusion matrix means for those examined.

    Args:
        counts: The confusion matrix.

    Returns:
        Each `Consequence`, without an interval.
    """
    cells = np.array([counts.tn, counts.fp, counts.fn, counts.tp, 0], dtype=np.float64)
    found = consequence_quantities(cells[:, None])
    values = {name: plain(found[name][0]) for name in Consequence}
    return {
        name: Estimate(value, reason=_UNDEFINED[name] if value is None else None)
        for name, value in values.items()
    }


def _describe(actual: FloatArray, resampled: FloatArray, resampling: _Resampling) -> Decisions:
    found = consequence_quantities(actual), consequence_quantities(resampled)
    classes = class_quantities(actual), class_quantities(resampled)
    macro = macro_quantities(classes[0]), macro_quantities(classes[1])
    quoted = resampling.quote(*found, _UNDEFINED)
    return Decisions(
        confusion=Confusion(*(round(count) for count in actual[:4, 0])),
        deferred=quoted[DEFERRED],
        consequences={name: quoted[name] for name in Consequence},
        classes={
            label: ClassMetrics(
                **resampling.quote(classes[0][label], classes[1][label], _of_class(label))
            )
            for label in Label
        },
        macro=ClassMetrics(**resampling.quote(*macro, _MACRO)),
        predictive_values=_predictive_values(*found, resampling),
    )


def _predictive_values(
    actual: Quantities, resampled: Quantities, resampling: _Resampling
) -> dict[str, PredictiveValues]:
    """Carry predictive values over to each prevalence, which is the key, as text."""
    return {
        f"{share:g}": PredictiveValues(
            **resampling.quote(
                _carried(actual, share), _carried(resampled, share), _why_not_carried(actual)
            )
        )
        for share in resampling.options.prevalences
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

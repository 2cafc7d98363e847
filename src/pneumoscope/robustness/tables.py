"""The measured shift, shortcuts and curves as rows to be drawn."""

from collections.abc import Mapping

import pandas as pd

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import FeatureSet, Metric, Split
from pneumoscope.robustness.curves import WATCHED
from pneumoscope.robustness.records import Degradations, Metrics, Robustness, Shift
from pneumoscope.robustness.variants import AS_IT_IS, DEGRADED_BY

MOST_SINGLE = 8
"""Single numbers that are drawn."""


def curve_tables(robustness: Mapping[str, Robustness]) -> dict[str, dict[str, pd.DataFrame]]:
    """Return the curves of each degradation that was tried.

    Args:
        robustness: Architecture to what was measured of it.

    Returns:
        Degradation, as reports call it, to architecture to columns strength (text, "none" for
        the films as they are) and, for AUROC, sensitivity and specificity, the value, `_low`
        and `_high`; None where undefined.
    """
    first = next(iter(robustness.values())).degradations.curves
    return {
        words: {
            name: _curve(measured.degradations, degradation)
            for name, measured in robustness.items()
        }
        for degradation, words in DEGRADED_BY.items()
        if degradation in first
    }


def shortcut_tables(robustness: Mapping[str, Robustness]) -> dict[str, pd.DataFrame]:
    """Return the AUROC of each architecture: columns condition, value, low and high."""
    return {
        name: pd.DataFrame(
            [
                {"condition": condition, **_plain(metrics[Metric.AUROC])}
                for condition, metrics in {
                    AS_IT_IS: measured.shortcuts.as_it_is,
                    **{
                        ablation: found.altered.metrics
                        for ablation, found in measured.shortcuts.ablations.items()
                    },
                }.items()
            ]
        )
        for name, measured in robustness.items()
    }


def shift_tables(shift: Shift) -> dict[str, pd.DataFrame]:
    """Return what simple numbers tell: of the splits, of the classes, and one by one.

    Args:
        shift: What `measure_shift` gave.

    Returns:
        Three titled tables of columns label, line, value, low and high; None where undefined.
        The last holds the best single numbers without intervals, and may be empty.
    """
    splits = [
        {"label": label, "line": f"{split}, {name}", **_plain(measured[split].aurocs[name])}
        for split in (Split.TEST, Split.VALIDATION)
        for name in FeatureSet
        for label, measured in shift.classes.items()
    ]
    classes = [
        {"label": "both", "line": f"{split}, {name}", **_plain(found[split][Metric.AUROC])}
        for split in Split
        for name, found in shift.baseline.metrics.items()
    ]
    tables = {
        "Split against train, by class": splits,
        "PNEUMONIA against NORMAL": classes,
        "Test against train by one feature": _one_by_one(shift),
    }
    return {title: pd.DataFrame(rows) for title, rows in tables.items()}


def _one_by_one(shift: Shift) -> list[dict[str, str | float | None]]:
    found = [
        (str(label), single)
        for label, measured in shift.classes.items()
        for single in measured[Split.TEST].features
    ]
    # The strongest of either class first.
    order = dict.fromkeys(one.feature for _, one in sorted(found, key=lambda row: -row[1].auroc))
    return [
        {"label": label, "line": feature.replace("_", " "), **_plain(Estimate(single.auroc))}
        for feature in list(order)[:MOST_SINGLE]
        for label, single in found
        if single.feature == feature
    ]


def _curve(degradations: Degradations, name: str) -> pd.DataFrame:
    points: list[tuple[str, Metrics]] = [("none", degradations.as_it_is)]
    points += [(f"{p.strength:g}", p.altered.metrics) for p in degradations.curves[name].points]
    ends = {"": "value", "_low": "low", "_high": "high"}
    return pd.DataFrame(
        [
            {
                "strength": strength,
                **{
                    f"{metric}{end}": getattr(found[metric], key)
                    for metric in WATCHED
                    for end, key in ends.items()
                },
            }
            for strength, found in points
        ]
    )


def _plain(measured: Estimate) -> dict[str, float | None]:
    return {key: getattr(measured, key) for key in ("value", "low", "high")}

"""The measured shift, shortcuts and curves as rows to be drawn."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pneumoscope.naming import Metric, Split
from pneumoscope.robustness.curves import WATCHED
from pneumoscope.robustness.shift import SETS
from pneumoscope.robustness.variants import DEGRADED_BY

Measured = Mapping[str, Any]

MOST_TELLING = 8
"""Single numbers that are drawn."""


def curve_tables(robustness: Mapping[str, Measured]) -> dict[str, dict[str, pd.DataFrame]]:
    """Return the curves of each degradation that was tried.

    Args:
        robustness: Architecture to its `robustness.json`.

    Returns:
        Degradation, as reports call it, to architecture to columns strength (text, "none" for
        the films as they are) and, for AUROC, sensitivity and specificity, the value, `_low`
        and `_high`; None where undefined.
    """
    first = next(iter(robustness.values()))["degradations"]["curves"]
    return {
        words: {
            name: _curve(measured["degradations"], degradation)
            for name, measured in robustness.items()
        }
        for degradation, words in DEGRADED_BY.items()
        if degradation in first
    }


def shortcut_tables(robustness: Mapping[str, Measured]) -> dict[str, pd.DataFrame]:
    """Return the AUROC of each architecture: columns condition, value, low and high."""
    return {
        name: pd.DataFrame(
            [
                {"condition": condition, **_estimate(found[Metric.AUROC])}
                for condition, found in measured["shortcuts"]["conditions"].items()
            ]
        )
        for name, measured in robustness.items()
    }


def shift_tables(shift: Measured) -> dict[str, pd.DataFrame]:
    """Return what simple numbers tell: of the splits, of the classes, and one by one.

    Args:
        shift: What `measure_shift` gave.

    Returns:
        Three titled tables of columns label, line, value, low and high; None where undefined.
        The last holds the most telling numbers without intervals, and may be empty.
    """
    splits = [
        {"label": label, "line": f"{split}, {name}", **_estimate(measured[split][name])}
        for split in (Split.TEST, Split.VALIDATION)
        for name in SETS
        for label, measured in shift["classes"].items()
    ]
    classes = [
        {"label": "both", "line": f"{split}, {name}", **_estimate(found[split][Metric.AUROC])}
        for split in Split
        for name, found in shift["features_alone"].items()
        if name in SETS
    ]
    tables = {
        "Told from train, by class": splits,
        "PNEUMONIA told from NORMAL": classes,
        "Test told from train by one number": _one_by_one(shift["classes"]),
    }
    return {title: pd.DataFrame(rows) for title, rows in tables.items()}


def _one_by_one(classes: Measured) -> list[dict]:
    rows = [
        {"label": label, "feature": row["feature"], "value": row["auroc"]}
        for label, measured in classes.items()
        for row in measured[Split.TEST]["telling"]
    ]
    # The strongest of either class first.
    order = dict.fromkeys(row["feature"] for row in sorted(rows, key=lambda row: -row["value"]))
    return [
        {"label": row["label"], "line": feature.replace("_", " "), "value": row["value"]}
        | {"low": None, "high": None}
        for feature in list(order)[:MOST_TELLING]
        for row in rows
        if row["feature"] == feature
    ]


def _curve(degradations: Measured, name: str) -> pd.DataFrame:
    points = [("none", degradations["as_it_is"])]
    points += [
        (f"{found['strength']:g}", found) for found in degradations["curves"][name]["points"]
    ]
    ends = {"": "value", "_low": "low", "_high": "high"}
    return pd.DataFrame(
        [
            {
                "strength": strength,
                **{f"{m}{end}": found[m][key] for m in WATCHED for end, key in ends.items()},
            }
            for strength, found in points
        ]
    )


def _estimate(measured: Measured) -> dict[str, float | None]:
    return {key: measured[key] for key in ("value", "low", "high")}

"""What each rule for the threshold would mean, so that a stakeholder can choose."""

from collections.abc import Mapping
from typing import Any

from pneumoscope.naming import Consequence, Split
from pneumoscope.report.blocks import (
    Block,
    Cell,
    Figure,
    Heading,
    Paragraph,
    Section,
    Table,
    Undefined,
)
from pneumoscope.report.wording import joined, readable

HEADER = [
    "rule",
    "threshold",
    "validation: missed",
    "validation: false alarms",
    "test: missed",
    "test: false alarms",
    "test: accuracy",
]
INTRODUCTION = (
    "A threshold trades missed pneumonia against false alarms. Each rule below chose its own on "
    "validation. Missed: of 100 children with pneumonia, so many are called NORMAL. False "
    "alarms: of 100 children without, so many are called PNEUMONIA. Choose by the validation "
    "columns: they are there to choose by. The test columns tell whether the promise held; "
    "whoever chooses by them has no test left."
)


def operating_points_section(
    metrics: Mapping[str, Mapping[str, Any]], figures: Mapping[str, bytes]
) -> Section:
    """Return for each architecture its rules side by side, the figure and predictive values.

    Args:
        metrics: Architecture to its `metrics.json`.
        figures: Architecture to the PNG of its threshold curves; one left out is not shown.
    """
    blocks: list[Block] = [Paragraph(INTRODUCTION)]
    for name, measured in metrics.items():
        blocks += [Heading(name), _rules(measured["operating_points"])]
        if name in figures:
            alt = f"Sensitivity, specificity, PPV and NPV of {name} against the threshold."
            blocks.append(Figure(figures[name], _curve_caption(name, measured), alt))
    return Section("Choosing an operating point", [*blocks, *_predictive(metrics)])


def _rules(points: Mapping[str, Any]) -> Table:
    rows = [
        [
            f"{readable(name)} (locked)" if point["locked"] else readable(name),
            Undefined(point["reason"]) if point["threshold"] is None else point["threshold"],
            *(_per_hundred(point, split, key) for split in _SPLITS for key in _MISSES),
            _value(point, Split.TEST, Consequence.ACCURACY),
        ]
        for name, point in points.items()
    ]
    per_hundred = dict.fromkeys(HEADER[2:6], ".1f")
    return Table(HEADER, rows, _promise(points), {"threshold": ".3f", **per_hundred})


_SPLITS = (Split.VALIDATION, Split.TEST)
_MISSES = (Consequence.SENSITIVITY, Consequence.SPECIFICITY)


def _value(point: Mapping[str, Any], split: str, key: str) -> Cell:
    if split not in point["splits"]:
        return Undefined(f"no threshold, or no {split} rows")
    part = point["splits"][split]
    return Undefined(part["undefined"][key]) if part[key] is None else float(part[key])


def _per_hundred(point: Mapping[str, Any], split: str, key: str) -> Cell:
    value = _value(point, split, key)
    return 100 * (1 - value) if isinstance(value, float) else value


def _promise(points: Mapping[str, Any]) -> str:
    """Say of the locked rule what validation promised and what test gave."""
    point = next(point for point in points.values() if point["locked"])
    cells = [_per_hundred(point, split, key) for split in _SPLITS for key in _MISSES]
    if not all(isinstance(cell, float) for cell in cells):
        return "Of 100 children each; the locked rule is undefined on validation or test."
    missed, alarms, missed_on_test, alarms_on_test = cells
    return (
        f"The locked rule promised {missed:.0f} missed and {alarms:.0f} false alarms of 100 "
        f"each; on test it gave {missed_on_test:.0f} and {alarms_on_test:.0f}."
    )


def _curve_caption(name: str, measured: Mapping[str, Any]) -> str:
    return (
        f"{name}: the line is the locked threshold ({measured['operating_point']['reason']}). "
        f"{_carried_over(measured['splits'])} PPV and NPV are at the share of PNEUMONIA of each "
        "split."
    )


def _carried_over(splits: Mapping[str, Any]) -> str:
    """Say whether test lies within what validation led to expect."""
    if not all(split in splits for split in _SPLITS):
        return "It could not be carried over: validation or test is missing."
    validation, test = (splits[split]["metrics"] for split in _SPLITS)
    bounds = [validation[key]["low"] for key in _MISSES] + [test[key]["value"] for key in _MISSES]
    if any(bound is None for bound in bounds):
        return "Whether it carries over to test cannot be told: an interval is missing."
    moved = [
        f"{key} ({test[key]['value']:.2f}, expected {validation[key]['low']:.2f} to "
        f"{validation[key]['high']:.2f})"
        for key in _MISSES
        if not validation[key]["low"] <= test[key]["value"] <= validation[key]["high"]
    ]
    if not moved:
        return "It carries over: sensitivity and specificity on test lie in validation's intervals."
    return (
        f"It does not carry over: on test {joined(moved)} lies outside validation's interval. "
        "Scores mean something else there; choose a threshold on local radiographs first."
    )


def _predictive(metrics: Mapping[str, Mapping[str, Any]]) -> list[Block]:
    found = {
        name: next(p for p in measured["operating_points"].values() if p["locked"])["splits"]
        for name, measured in metrics.items()
    }
    rows = [
        [name, f"{float(share):.0%}", *(_predicted(values, key) for key in ("ppv", "npv"))]
        for name, splits in found.items()
        if Split.TEST in splits
        for share, values in splits[Split.TEST]["predictive_values"].items()
    ]
    if not rows:
        return []
    header = ["architecture", "children with pneumonia", "alarms that are right",
              "all-clears that are right"]  # fmt: skip
    formats = dict.fromkeys(header[2:], ".1%")
    return [
        Heading("What an alarm is worth"),
        Table(header, rows, _worth(rows), formats),
    ]


def _predicted(values: Mapping[str, Any], key: str) -> Cell:
    return Undefined(values["reason"]) if values[key] is None else float(values[key])


def _worth(rows: list[list[Cell]]) -> str:
    start = "From sensitivity and specificity on test at the locked threshold, by Bayes' theorem."
    known = [(row[2], f"{row[0]} where {row[1]} have pneumonia") for row in rows
             if isinstance(row[2], float)]  # fmt: skip
    if not known:
        return start
    worst, where = min(known)
    return (
        f"{start} The rarer pneumonia is, the more alarms are false: at worst {worst:.0%} of "
        f"them are right ({where})."
    )

"""What measured shift means for a score, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from pneumoscope.naming import Label, Metric, Split
from pneumoscope.robustness.features import FEATURES
from pneumoscope.robustness.wording import cannot_be_said, with_interval

CLEAR, PLAIN = 0.7, 0.85
"""AUROC from which two groups of films differ clearly, and plainly."""

NAMED = 3
"""Features that a verdict names at most."""

CARRIED = 0.05
"""A smaller loss of AUROC from train to test is not called one."""


def shift_verdict(found: Mapping[str, Any], split: Split, label: Label) -> str:
    """Say whether films of one class can be told from train, by what, and what follows."""
    auroc = found["all numbers"]
    if auroc["low"] is None:
        return f"{label}, {split}: {cannot_be_said(auroc)}"
    if auroc["low"] <= 0.5:
        return (
            f"{label}: {split} cannot be told from train, {with_interval(auroc)}. These numbers "
            "give no reason to expect other scores; a difference that they do not see remains "
            "possible."
        )
    return (
        f"{label}: {split} can be told from train with {with_interval(auroc)}"
        f"{_mainly(found['telling'], split)}{_by_pixels(found['pixels'])}: "
        f"{_consequence(auroc['value'])}."
    )


def alone_verdict(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Say what knowing these numbers alone is worth, and whether it carries over to test."""
    train, test = found[Split.TRAIN][Metric.AUROC], found[Split.TEST][Metric.AUROC]
    if train["value"] is None or test["value"] is None:
        return cannot_be_said(train if train["value"] is None else test)
    told = (
        f"A classifier that knows only these numbers reaches {with_interval(train)} on patients "
        f"of train that it was not fitted on and {with_interval(test)} on test."
    )
    if train["value"] - test["value"] > CARRIED:
        return f"{told} What it learned does not carry over: a model that learned it will lose."
    if test["low"] is not None and test["low"] > 0.5:
        return f"{told} Only what a model adds to that on test can be its reading of lungs."
    return f"{told} On test these numbers are no shortcut."


def feature_words(row: Mapping[str, Any], split: Split) -> str:
    """Return "the file size, median 14,800 in test against 22,900 in train"."""
    train, other = map(_number, row["medians"])
    return f"{FEATURES[row['feature']]}, median {other} in {split} against {train} in train"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _mainly(telling: Sequence[Mapping[str, Any]], split: Split) -> str:
    named = [feature_words(row, split) for row in telling[:NAMED] if row["auroc"] >= CLEAR]
    return f", mainly by {'; by '.join(named)}" if named else ", by several numbers together"


def _by_pixels(auroc: Mapping[str, Any]) -> str:
    return f"; by the pixels alone with {with_interval(auroc)}"


def _consequence(auroc: float) -> str:
    if auroc >= PLAIN:
        return "a score measured on films like those of train does not carry over"
    if auroc >= CLEAR:
        return "expect a score measured on films like those of train to change"
    return "a small difference, which may move a score a little"

"""Measured values as cells of a table and in words."""

from collections.abc import Mapping
from typing import Any

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.cells import Cell


def estimate_cell(measured: Mapping[str, Any], otherwise: str = "") -> Cell:
    """Return a value with its interval, or why there is none.

    Args:
        measured: `value`, `low`, `high` and, where the value is None, `reason`.
        otherwise: The reason if `measured` gives none.
    """
    if measured["value"] is None:
        return Estimate(None, reason=measured.get("reason") or otherwise)
    return Estimate(measured["value"], measured["low"], measured["high"])


def difference_cell(measured: Mapping[str, Any]) -> Cell:
    """Return a difference with its interval, rounded so that none shows as minus zero."""
    if measured["value"] is None:
        return Estimate(None, reason="undefined for one of the two")
    low, high = (None if measured[e] is None else rounded(measured[e]) for e in ("low", "high"))
    return Estimate(rounded(measured["value"]), low, high)


def estimate_in_words(measured: Mapping[str, Any]) -> str:
    """Return "0.982 (0.971 to 0.991)", or that there is no value and why."""
    if measured["value"] is None:
        return f"no value ({measured['reason']})"
    if measured["low"] is None:
        return f"{measured['value']:.3f}"
    return f"{measured['value']:.3f} ({measured['low']:.3f} to {measured['high']:.3f})"


def rounded(value: float) -> float:
    """Return the value to three digits, zero never as minus zero."""
    # Adding zero turns the minus zero that rounding leaves into zero.
    return round(value, 3) + 0.0

"""Measured values as cells of a table."""

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


def rounded(value: float) -> float:
    """Return the value to three digits, zero never as minus zero."""
    # Adding zero turns the minus zero that rounding leaves into zero.
    return round(value, 3) + 0.0

"""A learning curve as tables, for its figure."""

import pandas as pd

from pneumoscope.learning_curve.records import LearningCurve


def curve_table(curve: LearningCurve) -> dict[str, pd.DataFrame]:
    """Return part of validation to columns patients, value, low and high, one row a share."""
    return {
        split: pd.DataFrame(
            [
                {
                    "patients": point.patients,
                    "value": point.aurocs[split].value,
                    "low": point.aurocs[split].low,
                    "high": point.aurocs[split].high,
                }
                for point in curve.points
            ]
        )
        for split in curve.points[-1].aurocs
    }

"""Every radiograph of test that a model calls wrongly."""

import numpy as np
import pandas as pd

from pneumoscope.evaluation.calibration.recalibration import logits_of
from pneumoscope.evaluation.records import OperatingPoint
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.naming import Column, Outcome, Split

OUTCOME, WRONG_BY = "outcome", "wrong_by"
IN_ZONE = Column.GREY_ZONE.value

COLUMNS = [
    OUTCOME,
    Column.RADIOGRAPH_ID,
    Column.LABEL,
    Column.SUBTYPE,
    Column.SCORE,
    Column.THRESHOLD,
    WRONG_BY,
    IN_ZONE,
    Column.OUT_OF_DISTRIBUTION,
    Column.OUT_OF_DISTRIBUTION_DISTANCE,
    Column.PSEUDO_SITE,
]
"""Columns of the table of errors."""


def list_errors(
    scores: pd.DataFrame,
    point: OperatingPoint,
    distances: pd.DataFrame,
    limit: float,
    pseudo_sites: pd.DataFrame,
) -> pd.DataFrame:
    """List the errors on test at the locked threshold, the most confident first.

    Args:
        scores: Columns radiograph_id, label, subtype, split and score.
        point: The locked operating point.
        distances: Columns radiograph_id and out_of_distribution_distance, of test as it is.
        limit: A radiograph beyond this distance is out of distribution.
        pseudo_sites: Columns radiograph_id and pseudo_site.

    Returns:
        `COLUMNS`; `wrong_by` is how far the logit of the score lies beyond that of the
        threshold, and `grey_zone` whether the score was left to a human.
    """
    tested = scores[scores[Column.SPLIT] == Split.TEST]
    wrong = tested[(scores_of(tested) >= point.threshold) != labels_of(tested)]
    low, high = point.zone or (point.threshold, point.threshold)
    score = scores_of(wrong)
    missed = labels_of(wrong)
    away = np.abs(logits_of(score) - logits_of(np.array([point.threshold])))
    key = Column.RADIOGRAPH_ID
    found = wrong.assign(
        **{
            OUTCOME: np.where(missed, Outcome.FALSE_NEGATIVE.value, Outcome.FALSE_POSITIVE.value),
            Column.THRESHOLD: point.threshold,
            WRONG_BY: away,
            IN_ZONE: (score >= low) & (score < high),
        }
    )
    found = found.merge(distances, on=key, how="left", validate="one_to_one")
    found = found.merge(pseudo_sites, on=key, how="left", validate="one_to_one")
    found[Column.OUT_OF_DISTRIBUTION] = found[Column.OUT_OF_DISTRIBUTION_DISTANCE] > limit
    listed: pd.DataFrame = found.sort_values([WRONG_BY, key], ascending=[False, True])[COLUMNS]
    return listed

"""Splits assigned, rebalanced and checked."""

import logging

import pandas as pd

from pneumoscope.columns import needing
from pneumoscope.naming import Column
from pneumoscope.options import SplitOptions
from pneumoscope.splitting.assignment import NEEDED
from pneumoscope.splitting.assignment import assign_splits as assign
from pneumoscope.splitting.audit import audit_splits
from pneumoscope.splitting.balancing import balance
from pneumoscope.splitting.records import SplitAudit

logger = logging.getLogger(__name__)


@needing(manifest=NEEDED)
def assign_splits(
    manifest: pd.DataFrame, similar: pd.DataFrame, options: SplitOptions, seed: int
) -> pd.DataFrame:
    """Give every radiograph its split."""
    return assign(manifest, similar, options, seed)


@needing(manifest=[Column.RADIOGRAPH_ID, Column.LABEL])
def rebalance_training(
    assigned: pd.DataFrame, manifest: pd.DataFrame, options: SplitOptions, seed: int
) -> pd.DataFrame:
    """Rebalance the training rows; validation and test stay as they are."""
    return balance(assigned, manifest, options.balance, seed)


@needing(
    manifest=[
        Column.RADIOGRAPH_ID, Column.SOURCE_SPLIT, Column.LABEL, Column.SUBTYPE,
        Column.PATIENT_ID, Column.SHA256,
    ]
)  # fmt: skip
def check_splits(
    assigned: pd.DataFrame,
    rebalanced: pd.DataFrame,
    manifest: pd.DataFrame,
    similar: pd.DataFrame,
    options: SplitOptions,
) -> tuple[pd.DataFrame, SplitAudit, pd.DataFrame]:
    """Release the splits once they are checked to be disjoint, or their flaws named.

    Returns:
        The splits, their audit, and the pairs of films that look alike and stand in two splits.
    """
    audit, pairs = audit_splits(assigned, rebalanced, manifest, similar, options)
    if audit.chosen:
        logger.info("Splits (%s): %s", audit.policy, audit.chosen)
    for flaw in audit.flaws:
        logger.warning(flaw)
    return rebalanced, audit, pairs

"""Splits assigned, rebalanced and proven."""

import logging

import pandas as pd

from pneumoscope.options import SplitOptions
from pneumoscope.splitting.assignment import assign_splits as assign
from pneumoscope.splitting.audit import audit_splits
from pneumoscope.splitting.balancing import balance

logger = logging.getLogger(__name__)


def assign_splits(manifest: pd.DataFrame, options: SplitOptions, seed: int) -> pd.DataFrame:
    """Give every radiograph its split."""
    return assign(manifest, options, seed)


def rebalance_training(
    assigned: pd.DataFrame, manifest: pd.DataFrame, options: SplitOptions, seed: int
) -> pd.DataFrame:
    """Rebalance the training rows; validation and test stay as they are."""
    return balance(assigned, manifest, options.balance, seed)


def prove_splits(
    assigned: pd.DataFrame,
    rebalanced: pd.DataFrame,
    manifest: pd.DataFrame,
    options: SplitOptions,
) -> tuple[pd.DataFrame, dict]:
    """Release the splits once they are proven disjoint, or their flaws named."""
    audit = audit_splits(assigned, rebalanced, manifest, options)
    for flaw in audit["flaws"]:
        logger.warning(flaw)
    return rebalanced, audit

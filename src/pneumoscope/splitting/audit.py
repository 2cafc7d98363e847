"""What the split and the rebalancing did, in numbers and sentences."""

import pandas as pd

from pneumoscope.naming import Column, Split, SplitPolicy
from pneumoscope.options import SplitOptions
from pneumoscope.splitting.leakage import protocol_flaws, prove_disjoint


def audit_splits(
    before: pd.DataFrame, after: pd.DataFrame, manifest: pd.DataFrame, options: SplitOptions
) -> dict:
    """Count the splits before and after rebalancing, and prove them or name their flaws.

    Args:
        before: Columns radiograph_id and split, as assigned.
        after: The same after rebalancing.
        manifest: One row per radiograph.
        options: The policy that made them.

    Returns:
        Plain numbers, strings, lists and dicts, ready for JSON.

    Raises:
        LeakingSplit: A protocol did not give the disjoint splits that it promises.
    """
    rows = before.merge(manifest, on=Column.RADIOGRAPH_ID)
    patients = rows.groupby(Column.SPLIT)[Column.PATIENT_ID].nunique()
    return {
        "policy": options.policy.value,
        "group_by": options.group_by,
        "balance": options.balance.value,
        "counts_before": _counts(before, manifest),
        "counts_after": _counts(after, manifest),
        "patients": {split.value: int(patients[split]) for split in Split},
        "flaws": protocol_flaws(before, manifest, options),
        "proofs": _proofs(before, manifest, options),
    }


def _proofs(splits: pd.DataFrame, manifest: pd.DataFrame, options: SplitOptions) -> list[str]:
    """Prove what the protocol promises; the mistake that it repeats is named, not stopped."""
    if options.group_by == "radiograph":
        return []
    if options.policy is SplitPolicy.TEST_AS_VALIDATION:
        splits = splits[splits[Column.SPLIT] != Split.VALIDATION]
    if options.policy is SplitPolicy.GIVEN_VALIDATION:
        # Nothing is promised between train and validation, but test stands apart from both.
        splits = splits.replace({Column.SPLIT: {Split.VALIDATION.value: Split.TRAIN.value}})
    return prove_disjoint(splits, manifest)


def _counts(splits: pd.DataFrame, manifest: pd.DataFrame) -> list[dict]:
    rows = splits.merge(manifest, on=Column.RADIOGRAPH_ID)
    grouped = rows.groupby([Column.SPLIT, Column.LABEL, Column.SUBTYPE])
    counts = grouped.agg(n=(Column.RADIOGRAPH_ID, "size"), patients=(Column.PATIENT_ID, "nunique"))
    return counts.reset_index().to_dict("records")

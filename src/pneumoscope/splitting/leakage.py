"""Proof that no child and no film stands in two splits; or the flaws of a protocol, in words."""

import pandas as pd

from pneumoscope.naming import Column, Split, SplitPolicy
from pneumoscope.options import SplitOptions


class LeakingSplit(ValueError):
    """Two splits that share a patient or a film; the message names them."""


def prove_disjoint(splits: pd.DataFrame, manifest: pd.DataFrame) -> list[str]:
    """Prove that no patient and no byte-identical film stands in two splits.

    Args:
        splits: Columns radiograph_id and split.
        manifest: One row per radiograph.

    Returns:
        What was proven, in sentences.

    Raises:
        LeakingSplit: A patient or a film stands in two splits.
    """
    rows = splits.merge(manifest, on=Column.RADIOGRAPH_ID, validate="many_to_one")
    for column, what in ((Column.PATIENT_ID, "patients"), (Column.SHA256, "identical films")):
        parts = rows.groupby(column)[Column.SPLIT].nunique()
        shared = parts[parts > 1].index.tolist()
        if shared:
            raise LeakingSplit(
                f"expected every split to have its own {what}, found {len(shared)} in more than "
                f"one: {', '.join(shared[:5])}{' …' if len(shared) > 5 else ''}. "
                "Use split.policy=pooled, which keeps them together."
            )
    patients, films = rows[Column.PATIENT_ID].nunique(), rows[Column.SHA256].nunique()
    return [
        f"None of {patients:,} patients stands in two splits.",
        f"None of {films:,} different films stands in two splits.",
    ]


def protocol_flaws(
    splits: pd.DataFrame, manifest: pd.DataFrame, options: SplitOptions
) -> list[str]:
    """Say what a protocol flatters, for those that repeat a published mistake; else nothing."""
    flaws = []
    if options.policy is SplitPolicy.TEST_AS_VALIDATION:
        flaws.append(
            "Validation is the test part: epoch and threshold were chosen on the radiographs "
            "that are reported, so the test figures are too good."
        )
    if options.group_by == "radiograph":
        flaws.append(
            f"The split ignores patients: {_torn(splits, manifest):,} children stand in more than "
            "one split, so the test figures are too good."
        )
    elif options.policy is SplitPolicy.GIVEN_VALIDATION:
        torn = _torn(splits[splits[Column.SPLIT] != Split.TEST], manifest)
        if torn:
            flaws.append(
                f"The given validation shares children with train: {torn:,} stand in both, so "
                "epoch and threshold were chosen on films that look like training."
            )
    return flaws


def _torn(splits: pd.DataFrame, manifest: pd.DataFrame) -> int:
    """Count the patients that stand in more than one split."""
    rows = splits.merge(manifest, on=Column.RADIOGRAPH_ID)
    parts = rows.groupby(Column.PATIENT_ID)[Column.SPLIT].nunique()
    return int((parts > 1).sum())

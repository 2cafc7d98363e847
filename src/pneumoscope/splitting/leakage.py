"""Proof that no child and no film stands in two splits; or the flaws of a protocol, in words."""

import pandas as pd

from pneumoscope.naming import Column, SplitPolicy
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
        rows = splits.merge(manifest, on=Column.RADIOGRAPH_ID)
        parts = rows.groupby(Column.PATIENT_ID)[Column.SPLIT].nunique()
        flaws.append(
            f"The split ignores patients: {(parts > 1).sum():,} children stand in more than one "
            "split, so the test figures are too good."
        )
    return flaws

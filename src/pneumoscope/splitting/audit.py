"""What the split and the rebalancing did, in numbers and sentences."""

import pandas as pd
from pydantic import TypeAdapter

from pneumoscope.ingestion.layout import NO_KEY
from pneumoscope.ingestion.similarity import LISTED
from pneumoscope.lookup import with_columns
from pneumoscope.naming import Column, Split, SplitPolicy
from pneumoscope.options import SplitOptions
from pneumoscope.splitting.leakage import check_disjoint, copy_flaws, protocol_flaws, similar_pairs
from pneumoscope.splitting.policy import settled
from pneumoscope.splitting.records import SimilarPair, SimilarPairs, SplitAudit, SplitCount


def audit_splits(
    before: pd.DataFrame,
    after: pd.DataFrame,
    manifest: pd.DataFrame,
    similar: pd.DataFrame,
    options: SplitOptions,
) -> tuple[SplitAudit, pd.DataFrame]:
    """Count the splits before and after rebalancing, and check them or name their flaws.

    Args:
        before: Columns radiograph_id and split, as assigned.
        after: The same after rebalancing.
        manifest: One row per radiograph.
        similar: Pairs of films that look alike: columns first, second and similarity.
        options: The policy that made them.

    Returns:
        The audit, and the pairs of films that look alike and stand in two splits: columns
        `PAIR_COLUMNS`.

    Raises:
        LeakingSplit: A protocol did not give the disjoint splits that it promises.
    """
    options, chosen = settled(options, manifest)
    rows = with_columns(before, manifest[[Column.RADIOGRAPH_ID, Column.PATIENT_ID]])
    patients = rows.groupby(Column.SPLIT)[Column.PATIENT_ID].nunique()
    promised = _promised(before, options)
    pairs = similar_pairs(promised, manifest, similar)
    checks = [] if options.group_by == "radiograph" else check_disjoint(promised, manifest)
    flaws = copy_flaws(pairs)
    audit = SplitAudit(
        policy=options.policy,
        chosen=chosen,
        keyless=int(manifest[Column.PATIENT_ID].str.startswith(NO_KEY).sum()),
        group_by=options.group_by,
        balance=options.balance,
        counts_before=_counts(before, manifest),
        counts_after=_counts(after, manifest),
        copies_left_out=len(manifest) - before[Column.RADIOGRAPH_ID].nunique(),
        patients={split: int(patients[split]) for split in Split},
        similar=_listed(pairs),
        flaws=[*protocol_flaws(before, manifest, options), *flaws],
        checks=checks if flaws else [*checks, NO_COPY],
    )
    return audit, pairs


NO_COPY = (
    "Compared as pictures of 48 × 48 pixels, no film of one split looks like a copy of a film of "
    "another that was stored at another quality, size or format."
)


def _listed(pairs: pd.DataFrame) -> SimilarPairs:
    first = pairs.head(LISTED).to_dict("records")
    return SimilarPairs(len(pairs), TypeAdapter(list[SimilarPair]).validate_python(first))


def _promised(splits: pd.DataFrame, options: SplitOptions) -> pd.DataFrame:
    """Return the splits that a protocol promises to be disjoint.

    The mistake that it repeats is named among its flaws and stops nothing.
    """
    if options.policy is SplitPolicy.TEST_AS_VALIDATION:
        return splits[splits[Column.SPLIT] != Split.VALIDATION]
    if options.policy is SplitPolicy.GIVEN_VALIDATION:
        # Nothing is promised between train and validation, but test stands apart from both.
        return splits.replace({Column.SPLIT: {Split.VALIDATION.value: Split.TRAIN.value}})
    return splits


def _counts(splits: pd.DataFrame, manifest: pd.DataFrame) -> list[SplitCount]:
    known = [Column.RADIOGRAPH_ID, Column.PATIENT_ID, Column.LABEL, Column.SUBTYPE]
    rows = with_columns(splits, manifest[known])
    grouped = rows.groupby([Column.SPLIT, Column.LABEL, Column.SUBTYPE])
    counts = grouped.agg(n=(Column.RADIOGRAPH_ID, "size"), patients=(Column.PATIENT_ID, "nunique"))
    return TypeAdapter(list[SplitCount]).validate_python(counts.reset_index().to_dict("records"))

"""What the split and the rebalancing did, typed: `split_audit.json` is its JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pneumoscope.naming import Balance, Label, Split, SplitPolicy, Subtype


@dataclass(frozen=True)
class SplitCount:
    """Radiographs and patients of one split, class and subtype."""

    split: Split
    label: Label
    subtype: Subtype
    n: int
    patients: int


@dataclass(frozen=True)
class SimilarPair:
    """Two films that look alike and stand in two splits.

    Attributes:
        first: radiograph_id of the one.
        first_split: Where it stands.
        second: radiograph_id of the other.
        second_split: Where that stands.
        similarity: Correlation of their pixels, see `ingestion.similarity`.
        copy: Whether they count as one picture that was stored twice.
    """

    first: str
    first_split: Split
    second: str
    second_split: Split
    similarity: float
    copy: bool


@dataclass(frozen=True)
class SimilarPairs:
    """Pairs of films that look alike and stand in two splits.

    Attributes:
        n: How many.
        most_similar: `ingestion.similarity.LISTED` of them at most, the most similar first;
            the table `similar_across_splits` holds all.
    """

    n: int = 0
    most_similar: Sequence[SimilarPair] = ()


@dataclass(frozen=True)
class SplitAudit:
    """What the split and the rebalancing did, what was checked and how the protocol is biased.

    Attributes:
        policy: How radiographs were shared out.
        group_by: What was kept together.
        balance: How the training rows were rebalanced.
        counts_before: Radiographs before rebalancing, by split, class and subtype.
        counts_after: Rows after it.
        copies_left_out: Files whose bytes another file of their split and class has too.
        patients: Patients of each split, by their keys.
        similar: Pairs of films that look alike and stand in two splits.
        flaws: Optimistic bias of this split protocol, in sentences.
        checks: What was checked and held, in sentences.
        keyless: Radiographs without a patient key, each of which counts as a patient.
        chosen: Why the policy is what it is, where nobody named one.
    """

    policy: SplitPolicy
    group_by: Literal["patient", "radiograph"]
    balance: Balance
    counts_before: Sequence[SplitCount]
    counts_after: Sequence[SplitCount]
    copies_left_out: int
    patients: Mapping[Split, int]
    similar: SimilarPairs
    flaws: Sequence[str]
    checks: Sequence[str]
    chosen: str = ""
    keyless: int = 0

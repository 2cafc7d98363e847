"""Splits, rebalancing and checks for patient leakage."""

from collections.abc import Sequence

from pneumoscope.counts import counted
from pneumoscope.naming import Label, Split
from pneumoscope.report.blocks import Block, Bullets, Figure, Note, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined, readable
from pneumoscope.splitting.records import SimilarPairs, SplitAudit, SplitCount

SHOWN = 20
"""Pairs of films that look alike which a page lists."""

ALL_PAIRS = "similar_across_splits.parquet"
"""Where all of them are."""


def splits_section(audit: SplitAudit, figure: bytes | None = None) -> Section:
    """Return the splits: flaws first, then counts before and after, then what was checked.

    Args:
        audit: The audit of the splits.
        figure: PNG of the class distribution, or None to leave it out.
    """
    blocks: list[Block] = []
    if audit.flaws:
        blocks.append(Note("Optimistic bias of this split protocol", audit.flaws, warns=True))
    blocks.append(Paragraph(_protocol(audit)))
    if figure is not None:
        alt = "Radiographs by split and class before and after rebalancing."
        blocks.append(Figure(figure, _caption(audit), alt))
    blocks.append(_counts(audit))
    if audit.checks:
        blocks += [Paragraph("What was checked:"), Bullets(audit.checks)]
    return Section("Splits and rebalancing", [*blocks, *_similar(audit.similar)])


def _protocol(audit: SplitAudit) -> str:
    patients = joined(
        [f"{counted(n, 'patient')} in {split}" for split, n in audit.patients.items()]
    )
    together = (
        "Radiographs of one patient, by patient keys, stay together."
        if audit.group_by == "patient"
        else "Radiographs are split one by one, regardless of the patient."
    )
    keyless = (
        f" Radiographs without a patient key, each counted as one of these: {audit.keyless:,}."
        if audit.keyless
        else ""
    )
    left_out = (
        f" Byte-identical copies within a split and class, left out: {audit.copies_left_out:,}."
        if audit.copies_left_out
        else ""
    )
    policy = " ".join(filter(None, [prose("split_policy", policy=audit.policy), audit.chosen]))
    balance = prose("balance", balance=audit.balance)
    return (
        f"Policy ({readable(audit.policy)}): {policy} {together} There are "
        f"{patients}.{keyless}{left_out} Rebalancing ({readable(audit.balance)}): {balance}."
    )


def _caption(audit: SplitAudit) -> str:
    before, after = audit.counts_before, audit.counts_after
    trained = f"{_classes(before, Split.TRAIN)} before rebalancing"
    trained += f" and {_classes(after, Split.TRAIN)} after it"
    others = [split for split in Split if split is not Split.TRAIN]
    if all(_by_class(before, split) == _by_class(after, split) for split in others):
        return f"Training has {trained}; validation and test are left as they are."
    return f"Training has {trained}. Rows outside training changed too, which should never happen."


def _classes(counts: Sequence[SplitCount], split: Split) -> str:
    return joined([f"{n:,} {label}" for label, n in _by_class(counts, split).items()])


def _by_class(counts: Sequence[SplitCount], split: Split) -> dict[Label, int]:
    rows = [row for row in counts if row.split == split]
    return {label: sum(row.n for row in rows if row.label == label) for label in Label}


def _counts(audit: SplitAudit) -> Table:
    before, after = _indexed(audit.counts_before), _indexed(audit.counts_after)
    rows: list[list[Cell]] = [
        [
            *key,
            before[key].n if key in before else 0,
            before[key].patients if key in before else 0,
            after[key].n if key in after else 0,
        ]
        for key in before | after
    ]
    header = ["split", "label", "subtype", "n before", "patients", "n after"]
    return Table(header, rows, "Radiographs and patients before rebalancing, rows after it.")


def _indexed(counts: Sequence[SplitCount]) -> dict[tuple[str, str, str], SplitCount]:
    return {(row.split, row.label, row.subtype): row for row in counts}


def _similar(pairs: SimilarPairs) -> list[Block]:
    if not pairs.n:
        return []
    rows: list[list[Cell]] = [
        [p.first, p.first_split, p.second, p.second_split, p.similarity]
        for p in pairs.most_similar[:SHOWN]
    ]
    more = (
        f" The {SHOWN} most similar of {pairs.n:,} pairs; all are in {ALL_PAIRS}."
        if pairs.n > SHOWN
        else ""
    )
    caption = (
        "Films in two splits that look alike (correlation of their pixels). Look at them: two "
        f"names may be one patient.{more}"
    )
    return [Table(["film", "split", "film", "split", "correlation"], rows, caption)]

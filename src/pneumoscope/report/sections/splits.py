"""How the radiographs were shared out and rebalanced."""

from collections.abc import Mapping, Sequence
from typing import Any

from pneumoscope.naming import Balance, Label, Split, SplitPolicy
from pneumoscope.report.blocks import Block, Bullets, Figure, Note, Paragraph, Section, Table
from pneumoscope.report.wording import counted, joined, readable

POLICIES = {
    SplitPolicy.OFFICIAL: "The given test part is kept; validation is cut from the rest.",
    SplitPolicy.AS_GIVEN: "Train, validation and test are kept as given.",
    SplitPolicy.GIVEN_VALIDATION: (
        "Train, validation and test are kept as given; a folder without validation gets a small "
        "one, cut from train."
    ),
    SplitPolicy.POOLED: "All radiographs are pooled and cut anew.",
    SplitPolicy.TEST_AS_VALIDATION: "The test part also serves as validation.",
}
BALANCES = {
    Balance.UNDERSAMPLE: "training rows of the larger class are left out at random",
    Balance.OVERSAMPLE: "training rows of the smaller class are repeated at random",
    Balance.CLASS_WEIGHTS: "all training rows stay and the classes are weighted to count the same",
    Balance.NONE: "the training rows stay as they are",
}

Rows = Sequence[Mapping[str, Any]]


def splits_section(split_audit: Mapping[str, Any], figure: bytes | None = None) -> Section:
    """Return the splits: flaws first, then counts before and after, then the proofs.

    Args:
        split_audit: The audit of the splits.
        figure: PNG of the class distribution, or None to leave it out.
    """
    before, after = split_audit["counts_before"], split_audit["counts_after"]
    blocks: list[Block] = []
    if split_audit["flaws"]:
        blocks.append(Note("What this protocol flatters", split_audit["flaws"], warns=True))
    blocks.append(Paragraph(_protocol(split_audit)))
    if figure is not None:
        alt = "Radiographs by split and class before and after rebalancing."
        blocks.append(Figure(figure, _caption(before, after), alt))
    blocks.append(_table(before, after))
    if split_audit["proofs"]:
        blocks += [Paragraph("What was checked:"), Bullets(split_audit["proofs"])]
    return Section("Splits and rebalancing", blocks)


def _protocol(split_audit: Mapping[str, Any]) -> str:
    policy, balance = SplitPolicy(split_audit["policy"]), Balance(split_audit["balance"])
    patients = joined(
        [f"{counted(n, 'patient')} in {split}" for split, n in split_audit["patients"].items()]
    )
    together = (
        "Radiographs of one patient stay together."
        if split_audit["group_by"] == "patient"
        else "Radiographs are shared out one by one, whoever they belong to."
    )
    return (
        f"Policy ({readable(policy)}): {POLICIES[policy]} {together} There are {patients}. "
        f"Rebalancing ({readable(balance)}): {BALANCES[balance]}."
    )


def _caption(before: Rows, after: Rows) -> str:
    trained = f"{_classes(before, Split.TRAIN)} before rebalancing"
    trained += f" and {_classes(after, Split.TRAIN)} after it"
    others = [split for split in Split if split is not Split.TRAIN]
    if all(_by_class(before, split) == _by_class(after, split) for split in others):
        return f"Training has {trained}; validation and test keep every radiograph."
    return f"Training has {trained}. Rows outside training changed too, which should never happen."


def _classes(counts: Rows, split: str) -> str:
    return joined([f"{n:,} {label}" for label, n in _by_class(counts, split).items()])


def _by_class(counts: Rows, split: str) -> dict[str, int]:
    rows = [row for row in counts if row["split"] == split]
    return {str(k): sum(row["n"] for row in rows if row["label"] == k) for k in Label}


def _table(before: Rows, after: Rows) -> Table:
    keys = list(dict.fromkeys((r["split"], r["label"], r["subtype"]) for r in [*before, *after]))
    first, second = _indexed(before), _indexed(after)
    rows = [
        [*key, first.get(key, (0, 0))[0], first.get(key, (0, 0))[1], second.get(key, (0, 0))[0]]
        for key in keys
    ]
    header = ["split", "label", "subtype", "n before", "patients", "n after"]
    return Table(header, rows, "Radiographs and patients before rebalancing, rows after it.")


def _indexed(counts: Rows) -> dict[tuple[str, str, str], tuple[int, int]]:
    return {(r["split"], r["label"], r["subtype"]): (r["n"], r["patients"]) for r in counts}

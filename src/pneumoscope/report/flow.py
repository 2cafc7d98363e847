"""Where every file went, from the folder to the answers on test, in the manner of STARD."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pneumoscope.evaluation.records import Confusion, ModelMetrics
from pneumoscope.ingestion.records import IngestionAudit
from pneumoscope.naming import Label, Split
from pneumoscope.report.blocks import Box, Flow, Level
from pneumoscope.splitting.records import SplitAudit, SplitCount

REASONS = 5
"""Reasons that a box names; the rest are counted together."""

OTHER = "other reasons"


def flow_of(
    ingestion: IngestionAudit, splits: SplitAudit, name: str, measured: ModelMetrics
) -> Flow:
    """Count what was found, refused, left out, split and called what.

    Args:
        ingestion: The audit of the radiographs.
        splits: The audit of the splits.
        name: The model whose answers on test are shown.
        measured: Its metrics; the operating point is the locked one.

    Source: the flow diagram of STARD 2015, doi:10.1136/bmj.h5527.
    """
    kept = ingestion.radiographs - splits.copies_left_out
    levels = [
        Level(Box("Files found", ingestion.files), _not_read(ingestion)),
        Level(
            Box("Radiographs in the manifest", ingestion.radiographs, _classes(ingestion)),
            _boxed("Byte-identical copies, left out", splits.copies_left_out),
        ),
        Level(Box("Radiographs to split", kept), _apart(splits, kept)),
    ]
    parts = [_part(splits, split) for split in Split if _of(splits.counts_before, split)]
    return Flow(levels, parts, f"Test, as {name} calls it", answers(measured))


def answers(measured: ModelMetrics) -> list[Box]:
    """Return the answers on test at the locked operating point, each against the reference."""
    decided = measured.locked.splits[Split.TEST].confusion
    everything = measured.at_threshold.splits[Split.TEST].confusion
    called = [
        _against("called PNEUMONIA", decided.tp, decided.fp),
        _against("called NORMAL", decided.fn, decided.tn),
    ]
    grey = (
        _sick(everything) - _sick(decided),
        everything.tn + everything.fp - decided.tn - decided.fp,
    )
    if measured.locked.low is not None:
        called.insert(1, _against("grey zone, for a human", *grey))
    return called


def adds_up(flow: Flow) -> bool:
    """Tell whether the answers are as many as the radiographs of test."""
    test = next((box for box in flow.parts if box.title == Split.TEST.value), None)
    return test is not None and test.count == sum(box.count for box in flow.ends)


def _sick(counts: Confusion) -> int:
    return counts.tp + counts.fn


def _against(title: str, pneumonia: int, normal: int) -> Box:
    lines = [(f"of them {Label.PNEUMONIA}", pneumonia), (f"of them {Label.NORMAL}", normal)]
    return Box(title, pneumonia + normal, lines)


def _boxed(title: str, count: int) -> Box | None:
    return Box(title, count) if count else None


def _not_read(audit: IngestionAudit) -> Box | None:
    """Return what was found and is in no manifest, by reason."""
    kinds = Counter(f"refused: {one.reason.split(':')[0]}" for one in audit.quarantined)
    kinds.update({f"left out on purpose: {one.reason}": one.n for one in audit.left_out})
    kinds.update({"known litter": audit.litter} if audit.litter else {})
    if not kinds:
        return None
    lines = _commonest(kinds)
    return Box("Not in the manifest", sum(kinds.values()), lines)


def _commonest(kinds: Mapping[str, int]) -> list[tuple[str, int]]:
    counted = Counter(kinds).most_common()
    rest = sum(n for _, n in counted[REASONS:])
    return [*counted[:REASONS], *([(OTHER, rest)] if rest else [])]


def _classes(audit: IngestionAudit) -> list[tuple[str, int]]:
    return [(str(label), audit.of_class(label)) for label in Label]


def _apart(splits: SplitAudit, kept: int) -> Box | None:
    """Return what stands in two splits, as a protocol that repeats that mistake has it, or in none.

    Args:
        splits: The audit of the splits.
        kept: Radiographs that were there to be assigned.
    """
    more = sum(row.n for row in splits.counts_before) - kept
    return _boxed("Stand in two splits" if more > 0 else "Stand in no split", abs(more))


def _part(splits: SplitAudit, split: Split) -> Box:
    rows = _of(splits.counts_before, split)
    lines = [(str(label), sum(r.n for r in rows if r.label == label)) for label in Label]
    lines.append(("patients", splits.patients[split]))
    after = sum(row.n for row in _of(splits.counts_after, split))
    total = sum(row.n for row in rows)
    if after != total:
        lines.append(("rows after rebalancing", after))
    return Box(split.value, total, lines)


def _of(counts: Sequence[SplitCount], split: Split) -> list[SplitCount]:
    return [row for row in counts if row.split == split]

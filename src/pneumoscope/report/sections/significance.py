"""Statistical comparison of every two architectures."""

from collections.abc import Sequence

from pneumoscope.counts import counted
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.pair import Pair
from pneumoscope.evaluation.verdict import MARGIN, Verdict
from pneumoscope.report.blocks import Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined, metric_name

LONG = 15
"""Of more pairs than this, the table is folded."""
NAMED = 4
"""Of more pairs than this, a sentence gives the number alone."""
IN_WORDS = {
    Verdict.SHOWN: "they differ",
    Verdict.SMALL: f"by no more than {MARGIN:g}",
    Verdict.OPEN: "cannot be told",
}


def significance_section(pairs: Sequence[Pair], confidence: float = 0.95) -> Section:
    """Return the comparison of all pairs, metric by metric, and which of them say anything.

    Args:
        pairs: What `evaluation.pairs.compare_pairs` gave, the primary endpoint first.
        confidence: Coverage of the intervals; 1 - confidence is the level of the tests.
    """
    title = "Significance of the differences"
    if not pairs:
        return Section(title, [Paragraph("There is one architecture only: nothing to compare.")])
    metrics = list(dict.fromkeys(pair.metric for pair in pairs))
    primary, *others = [[pair for pair in pairs if pair.metric is metric] for metric in metrics]
    tables = [_table(primary, len(primary) > LONG), *(_table(found, True) for found in others)]
    introduction = prose(
        "significance",
        primary=metric_name(metrics[0]),
        pairs=len(primary),
        interval=f"{confidence:.0%}",
        level=f"{1 - confidence:.2g}",
        margin=f"{MARGIN:g}",
    )
    return Section(title, [Paragraph(introduction, method=True), *tables])


def _conclusion(pairs: Sequence[Pair]) -> str:
    """Say of the pairs of one metric how many are shown to differ, and how many are not."""
    by_verdict = {
        verdict: [pair for pair in pairs if pair.verdict is verdict] for verdict in Verdict
    }
    counts = [
        f"{counted(len(found), 'pair')} {_what(verdict, len(found))}{_named(found)}"
        for verdict, found in by_verdict.items()
        if found
    ]
    return f"{metric_name(pairs[0].metric)}: {joined(counts)}."


def _table(pairs: Sequence[Pair], folded: bool) -> Table:
    name = metric_name(pairs[0].metric)
    header = [
        "pair", f"{name} of the first", "of the second", "difference", "p", "p, corrected",
        "verdict", "p, radiographs as independent",
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            _pair(pair),
            _or_reason(pair.a, pair),
            _or_reason(pair.b, pair),
            pair.estimate,
            *(_p(p, pair) for p in (pair.p, pair.p_holm)),
            IN_WORDS[pair.verdict],
            _p(pair.p_independent, pair),
        ]
        for pair in pairs
    ]
    return Table(header, rows, _conclusion(pairs), {"difference": "+.3f"}, folded=folded)


def _pair(pair: Pair) -> str:
    return f"{pair.architecture_a} against {pair.architecture_b}"


def _or_reason(value: float | None, pair: Pair) -> Estimate:
    return Estimate(value, reason=None if value is not None else pair.reason)


def _p(value: float | None, pair: Pair) -> Cell:
    if value is None:
        return Estimate(None, reason=pair.reason or "not tested for this metric")
    return "< 0.001" if value < 0.001 else value


def _what(verdict: Verdict, count: int) -> str:
    one = count == 1
    return {
        Verdict.SHOWN: "is shown to differ" if one else "are shown to differ",
        Verdict.SMALL: f"{'differs' if one else 'differ'} by no more than {MARGIN:g}",
        Verdict.OPEN: "cannot be told apart",
    }[verdict]


def _named(pairs: Sequence[Pair]) -> str:
    if len(pairs) > NAMED:
        return ""
    return (
        f" ({joined([f'{pair.architecture_a} against {pair.architecture_b}' for pair in pairs])})"
    )

"""What a protocol flatters, seen within it: its validation, and children it has seen before."""

from collections.abc import Mapping
from typing import Any

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric, Split
from pneumoscope.options import StudyOptions
from pneumoscope.report.blocks import Block, Heading, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.estimates import estimate_cell
from pneumoscope.report.wording import joined, metric_name


def flattery_blocks(found: Mapping[str, Any], study: StudyOptions) -> list[Block]:
    """Show what each validation promised, and how children seen in training fared.

    Args:
        found: `study.json`.
        study: The study.
    """
    blocks: list[Block] = [Heading("What validation promised"), _promises(found, study)]
    for arm, models in found["seen"].items():
        blocks += [Heading(f"Children that {arm} has seen before"), _seen(models, study)]
    return blocks


def _promises(found: Mapping[str, Any], study: StudyOptions) -> Table:
    metric = study.target.metric
    rows: list[list[Cell]] = [
        [
            arm,
            name,
            found["arms"][arm][Split.VALIDATION]["n"],
            *(
                estimate_cell(found["arms"][arm][split]["models"][name][metric])
                for split in (Split.VALIDATION, Split.TEST)
            ),
        ]
        for arm in study.arms
        for name in found["arms"][arm][Split.TEST]["models"]
    ]
    named = metric_name(metric)
    header = ["protocol", "model", "films in validation", f"{named}, validation", f"{named}, test"]
    return Table(header, rows, _promise_caption(found, study))


def _promise_caption(found: Mapping[str, Any], study: StudyOptions) -> str:
    """Say which protocols promised more on validation than test's interval holds."""
    broken = [
        f"{name} under {arm}"
        for arm in study.arms
        for name, tested in found["arms"][arm][Split.TEST]["models"].items()
        if _breaks(found["arms"][arm][Split.VALIDATION]["models"][name], tested, study)
    ]
    start = (
        "Validation is what chose the epoch, and what a study without a test of its own would "
        "report."
    )
    if not broken:
        return f"{start} No promise lies above the interval that test gave."
    return f"{start} Promised more than test's interval holds: {joined(broken)}."


def _breaks(promised: Mapping[str, Any], tested: Mapping[str, Any], study: StudyOptions) -> bool:
    value, high = promised[study.target.metric]["value"], tested[study.target.metric]["high"]
    return value is not None and high is not None and value > high


def _seen(models: Mapping[str, Any], study: StudyOptions) -> Table:
    rows: list[list[Cell]] = [
        [
            name,
            metric_name(metric),
            *(_of_part(parts[part], metric) for part in ("seen", "unseen")),
        ]
        for name, parts in models.items()
        for metric in study.metrics
    ]
    header = ["model", "metric", "children seen in training", "children not seen"]
    return Table(header, rows, _seen_caption(models))


def _seen_caption(models: Mapping[str, Any]) -> str:
    parts = next(iter(models.values()))
    seen, unseen = parts["seen"], parts["unseen"]
    return (
        f"The same models, their test split in two: {seen['n']:,} films of {seen['patients']:,} "
        f"children with other films in train, {unseen['n']:,} of {unseen['patients']:,} without. "
        "The kinds of children differ too (who is ill for long has more films), so read the gap "
        "as a hint and the table above as the measurement."
    )


def _of_part(part: Mapping[str, Any], metric: Metric) -> Cell:
    if not part["n"]:
        return Estimate(None, reason="no such film is in test")
    return estimate_cell(part["metrics"][metric])

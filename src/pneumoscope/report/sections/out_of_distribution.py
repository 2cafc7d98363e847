"""How well a model flags films unlike those of train, and how often it is wrong about it."""

from collections.abc import Mapping, Sequence

from pneumoscope.counts import counted
from pneumoscope.decimals import percent
from pneumoscope.out_of_distribution.false_alarms import flags_more
from pneumoscope.out_of_distribution.records import Detection
from pneumoscope.report.blocks import Block, Bullets, Note, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined

TITLE = "Out of distribution"


def out_of_distribution_section(detections: Mapping[str, Detection]) -> Section:
    """Say what is promised on validation, and what came of it on test.

    Args:
        detections: Model to what flagging films came to on test, one or more.
    """
    first = next(iter(detections.values()))
    header = ["model", "promised", "test as it is", *first.found]
    rows: list[Sequence[Cell]] = [
        [
            name,
            detection.promised,
            detection.false_alarms.share,
            *(found.share for found in detection.found.values()),
        ]
        for name, detection in detections.items()
    ]
    blocks: list[Block] = [
        Paragraph(prose("out_of_distribution"), method=True),
        *([Note(_reason(first))] if first.reason else []),
        Table(header, rows, _caption(first), dict.fromkeys(header[1:], ".1%")),
        *([Bullets(sentences)] if (sentences := _more_than_promised(detections)) else []),
    ]
    return Section(TITLE, blocks)


def _reason(detection: Detection) -> str:
    return (
        f"{percent(detection.asked)} of false alarms was asked for, but {detection.reason}; "
        f"{detection.promised:.1%} is the least that it supports."
    )


def _caption(detection: Detection) -> str:
    test, altered = detection.false_alarms, next(iter(detection.found.values()))
    return (
        f"Share flagged as out of distribution, of {counted(test.radiographs, 'radiograph')} of "
        f"test, and of {altered.radiographs:,} of them altered; with intervals over patients. "
        "Photographs, other body parts, lateral views and other hospitals are not among them."
    )


def _more_than_promised(detections: Mapping[str, Detection]) -> list[str]:
    """Name the models that flag more of test than was promised, beyond chance."""
    names = [
        name
        for name, found in detections.items()
        if flags_more(found.false_alarms.share, found.promised, found.patients)
    ]
    if not names:
        return []
    return [
        f"By {joined(names)} more of test is flagged than was promised: its radiographs differ "
        "from those of validation."
    ]

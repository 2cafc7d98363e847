"""What to expect elsewhere: each model on the hard films of validation."""

from collections.abc import Mapping

from pneumoscope.acquisition.records import AcquisitionAudit
from pneumoscope.counts import counted
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import Elsewhere, ModelMetrics
from pneumoscope.evaluation.verdict import MARGIN, Verdict, judge_excess
from pneumoscope.naming import Label, Metric, Split
from pneumoscope.report.blocks import Block, Bullets, Heading, Paragraph, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined, metric_name, moved

WATCHED = (Metric.SENSITIVITY, Metric.SPECIFICITY, Metric.AUROC)


def elsewhere_blocks(audit: AcquisitionAudit, metrics: Mapping[str, ModelMetrics]) -> list[Block]:
    """Return which films of validation are hard, and each model on them.

    Args:
        audit: What was measured of the films.
        metrics: Model to its metrics.
    """
    if Split.VALIDATION not in audit.hard:
        return []
    blocks: list[Block] = [
        Heading("What to expect elsewhere"),
        Paragraph(f"{prose('elsewhere')} {_which(audit)}"),
    ]
    rows: list[list[Cell]] = [
        [name, *(found for metric in WATCHED for found in _cells(measured, metric))]
        for name, measured in metrics.items()
        if _measured(measured)
    ]
    if not rows:
        return blocks
    header = ["model"]
    for metric in WATCHED:
        header += [metric_name(metric), f"{metric_name(metric)}: less by"]
    sentences = [
        f"{name}: {drop_in_words(one.elsewhere)}"
        for name, one in metrics.items()
        if one.elsewhere and one.elsewhere.expected and not _all_hard(one, one.elsewhere)
    ]
    if sentences:
        blocks.append(Bullets(sentences))
    return [*blocks, Table(header, rows, prose("elsewhere_models"))]


def elsewhere_headline(name: str, measured: ModelMetrics) -> list[str]:
    """Say in the first lines of a report what to expect of a model elsewhere; else nothing.

    Args:
        name: The model.
        measured: Its metrics.
    """
    elsewhere = measured.elsewhere
    if not elsewhere or not elsewhere.expected or _all_hard(measured, elsewhere):
        return []
    return [
        "Where who took a film tells nothing of the class, expect of "
        f"{name} {_told(elsewhere)}: so it does on the hard films of validation."
    ]


def expectation(measured: ModelMetrics) -> list[str]:
    """Say in a model's card what to expect of it elsewhere, or why that is not known.

    Args:
        measured: Its metrics.
    """
    elsewhere = measured.elsewhere
    if elsewhere is None:
        return ["What to expect at another site was not measured."]
    if not elsewhere.expected:
        return [f"What to expect at another site is not known: {elsewhere.reason}."]
    films, patients = counted(elsewhere.radiographs, "film"), counted(elsewhere.patients, "patient")
    return [
        "Where who took a film tells nothing of the class, expect "
        f"{_told(elsewhere)}: so it does on hard validation, {films} of {patients}.",
        "Where films differ in other respects as well, expect less.",
        *([_capital(drop_in_words(elsewhere))] if not _all_hard(measured, elsewhere) else []),
    ]


def _capital(sentence: str) -> str:
    return f"{sentence[0].upper()}{sentence[1:]}"


def _told(elsewhere: Elsewhere) -> str:
    expected = elsewhere.expected
    return joined([f"{metric_name(metric)} {expected[metric]}" for metric in WATCHED])


def _all_hard(measured: ModelMetrics, elsewhere: Elsewhere) -> bool:
    """Say whether all films are hard: the periphery tells nothing, and validation has said it."""
    return elsewhere.radiographs == measured.splits[Split.VALIDATION].n


def _measured(measured: ModelMetrics) -> bool:
    return measured.elsewhere is not None and bool(measured.elsewhere.expected)


def _which(audit: AcquisitionAudit) -> str:
    hard = audit.hard[Split.VALIDATION]
    if hard.share is None or hard.auroc is None:
        return f"Validation has none: {hard.reason}."
    films = joined([f"{counted(hard.films[label], 'film')} of {label}" for label in Label])
    if hard.share == 1:
        return f"The periphery tells nothing on validation, so all of its films are hard: {films}."
    return (
        f"On validation these are {films}, of {counted(hard.patients, 'patient')}; among them the "
        f"periphery tells the class with AUROC {hard.auroc:.2f}."
    )


def _cells(measured: ModelMetrics, metric: Metric) -> tuple[Estimate, Estimate]:
    assert measured.elsewhere is not None
    return measured.elsewhere.expected[metric], measured.elsewhere.drops[metric]


def verdicts_of(elsewhere: Elsewhere) -> dict[Metric, Verdict]:
    """Judge by how much less each figure is on hard films than on all of validation."""
    drops = elsewhere.drops
    return {metric: judge_excess(drops[metric], MARGIN, len(WATCHED)) for metric in WATCHED}


def drop_in_words(elsewhere: Elsewhere) -> str:
    """Say whether a model is shown to be worse on hard films than on all of validation."""
    drops, verdicts = elsewhere.drops, verdicts_of(elsewhere)
    shown = [
        f"{metric_name(metric)} is {moved(drops[metric], 'lower', 'higher')}"
        for metric, verdict in verdicts.items()
        if verdict is Verdict.SHOWN
    ]
    if shown:
        return f"on hard films {joined(shown)} than on all of validation."
    if set(verdicts.values()) == {Verdict.SMALL}:
        return (
            f"on hard films no figure is lower than on all of validation by more than {MARGIN:g}."
        )
    return "whether it does worse on hard films than on all of validation cannot be told."

"""Covariate shift: how far test lies from train."""

from collections.abc import Mapping

from pneumoscope.naming import FeatureSet, Label, Metric, Split
from pneumoscope.report.blocks import Block, Bullets, Figure, Heading, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined, metric_name
from pneumoscope.robustness.drops import KNOWN
from pneumoscope.robustness.features import FEATURES
from pneumoscope.robustness.records import DomainComparison, FeatureBaseline, Shift
from pneumoscope.robustness.wording import with_interval

Classes = Mapping[Label, Mapping[Split, DomainComparison]]


def shift_section(shift: Shift, figure: bytes | None) -> Section:
    """Return the verdicts on each class, the figure, and the tables behind it.

    Args:
        shift: What `measure_shift` gave.
        figure: PNG of it; None leaves it out.
    """
    verdicts = [
        found[split].verdict
        for found in shift.classes.values()
        for split in (Split.TEST, Split.VALIDATION)
    ]
    blocks: list[Block] = [Paragraph(prose("domain_classifier"), method=True), Bullets(verdicts)]
    if figure is not None and _anything_known(shift):
        alt = "AUROC of simple numbers, by split and class."
        blocks.append(
            Figure(figure, f"{_auroc_by_class(shift.classes)} {prose('shift_figure')}", alt)
        )
    blocks += [
        *_single(shift.classes),
        Heading("Shortcuts: PNEUMONIA by the simple features alone"),
        Paragraph(f"{prose('feature_baseline')} {shift.baseline.verdict}"),
        _baseline(shift.baseline),
    ]
    return Section("Covariate shift between train and test", blocks)


def _anything_known(shift: Shift) -> bool:
    known = [
        one.aurocs[FeatureSet.ALL] for found in shift.classes.values() for one in found.values()
    ]
    known += [
        metrics[Metric.AUROC] for found in shift.baseline.metrics.values()
        for metrics in found.values()
    ]  # fmt: skip
    return any(auroc.value is not None for auroc in known)


def _auroc_by_class(classes: Classes) -> str:
    """Name the AUROC of each class; the verdicts say what follows."""
    aurocs = {label: found[Split.TEST].aurocs[FeatureSet.ALL] for label, found in classes.items()}
    named = [
        f"{label} not comparable" if auroc.value is None else f"{label} {with_interval(auroc)}"
        for label, auroc in aurocs.items()
    ]
    return (
        f"Test against train by all numbers: {joined(named)}. The further from the dashed line, "
        "the less a score of films like those of train promises for test."
    )


def _single(classes: Classes) -> list[Block]:
    rows: list[list[Cell]] = [
        [str(label), FEATURES[one.feature], one.auroc, *one.medians]
        for label, found in classes.items()
        for one in found[Split.TEST].features
    ]
    if not rows:
        return []
    return [
        Table(
            ["class", "one number alone", "AUROC", "median in train", "median in test"],
            rows,
            "How well each number alone tells test from train, the best first",
            {"AUROC": ".2f", "median in train": ".4g", "median in test": ".4g"},
            folded=True,
        )
    ]


def _baseline(baseline: FeatureBaseline) -> Table:
    rows: list[list[Cell]] = [
        [str(name), str(split), *(found[split][metric] for metric in KNOWN)]
        for name, found in baseline.metrics.items()
        for split in Split
    ]
    header = ["numbers", "split", *map(metric_name, KNOWN)]
    formats = dict.fromkeys(map(metric_name, KNOWN), ".2f")
    return Table(header, rows, prose("feature_baseline_table"), formats)

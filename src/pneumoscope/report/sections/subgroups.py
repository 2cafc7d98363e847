"""Performance by subgroup."""

from collections.abc import Mapping

from pneumoscope.decimals import decimal
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import Groups, ModelMetrics
from pneumoscope.evaluation.subgroups import shown_deficits
from pneumoscope.evaluation.verdict import MARGIN
from pneumoscope.naming import Metric, Split
from pneumoscope.report.blocks import Block, Figure, Note, Paragraph, Part, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined, metric_name, moved

SHOWN = (Metric.SENSITIVITY, Metric.SPECIFICITY, Metric.AUROC)


def subgroups_section(metrics: Mapping[str, ModelMetrics], figures: Mapping[str, bytes]) -> Section:
    """Return for each architecture the figure of its subgroups and the table behind it.

    Args:
        metrics: Model to its metrics.
        figures: Architecture to the PNG of its subgroups; one left out is not shown.
    """
    blocks: list[Block] = [Paragraph(prose("subgroups"), method=True)]
    blocks += [_part(name, measured, figures.get(name)) for name, measured in metrics.items()]
    absent = {k: v for found in metrics.values() for k, v in found.subgroups.absent.items()}
    reasons = [f"{name}: {reason}" for name, reason in absent.items()]
    if reasons:
        blocks.append(Note("What could not be compared", reasons))
    return Section("Performance by subgroup", blocks)


def _part(name: str, measured: ModelMetrics, figure: bytes | None) -> Part:
    groups = measured.subgroups.splits[Split.TEST]
    verdict = falls_behind(groups)
    blocks: list[Block] = [Paragraph(f"{name} {verdict}")] if figure is None else []
    if figure is not None:
        alt = f"Sensitivity and specificity of {name} by subgroup."
        blocks.append(Figure(figure, f"{name} {verdict} {prose('subgroups_figure')}", alt))
    return Part(name, [*blocks, subgroups_table(name, groups)], verdict)


def subgroups_table(name: str, groups: Groups, where: str = "on test") -> Table:
    """Return every subgroup of a model as a folded table.

    Args:
        name: The model.
        groups: What was measured of each.
        where: On which radiographs, in words.
    """
    rows: list[list[Cell]] = [
        [
            attribute,
            group,
            found.n,
            found.patients,
            *(getattr(found, metric) or _ONE_CLASS for metric in SHOWN),
            found.auroc_against,
        ]
        for attribute, of_attribute in groups.items()
        for group, found in of_attribute.items()
    ]
    header = ["kind", "group", "n", "patients", *map(metric_name, SHOWN), "AUROC against"]
    return Table(header, rows, f"Every subgroup of {name} {where}", folded=True)


_ONE_CLASS = Estimate(None, reason="the group lacks that class")


def falls_behind(groups: Groups) -> str:
    """Say on which kinds of radiograph a model is shown to be worse, to follow its name."""
    shown = [
        f"{metric_name(metric)} of {name} is {moved(deficit, 'lower', 'higher')} than of the rest"
        for name, metric, deficit in shown_deficits(groups)
    ]
    if shown:
        return f"is worse on some kinds: {joined(shown)}. Check those where they are common."
    known = [
        deficit
        for of_attribute in groups.values()
        for group in of_attribute.values()
        for deficit in group.deficits.values()
    ]
    most = max((deficit.high for deficit in known if deficit.high is not None), default=None)
    if most is None:
        return "has no two kinds that could be compared."
    if most < MARGIN and all(deficit.bounds for deficit in known):
        return f"is on no kind worse than on the rest by more than {MARGIN:g}."
    by = decimal(most, ".2f")
    return f"is on no kind shown to be worse than on the rest; by up to {by} it may be."

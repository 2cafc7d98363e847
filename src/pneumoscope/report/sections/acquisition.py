"""Who took the films: what their periphery tells, and how models do in each pseudo-site."""

from collections.abc import Mapping

from pneumoscope.acquisition.records import AcquisitionAudit
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.recorded_groups import ATTRIBUTES
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.evaluation.subgroups import shown_deficits
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.report.blocks import (
    Block,
    Bullets,
    Figure,
    Heading,
    Paragraph,
    Section,
    Table,
)
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined, metric_name, moved

KIND = ATTRIBUTES[Column.PSEUDO_SITE]
_SHOWN = (Metric.SENSITIVITY, Metric.SPECIFICITY)
_ONE_CLASS = Estimate(None, reason="the group lacks that class")


def acquisition_section(
    audit: AcquisitionAudit, metrics: Mapping[str, ModelMetrics], figure: bytes | None
) -> Section:
    """Return what the periphery tells of the class, the pseudo-sites, and each model on them.

    Args:
        audit: What was measured of the films.
        metrics: Model to its metrics.
        figure: PNG of films of each pseudo-site; None leaves it out.
    """
    blocks: list[Block] = [Paragraph(f"{prose('acquisition')} {audit.verdict}"), _aurocs(audit)]
    blocks += [
        Heading("Pseudo-sites: films with alike borders and marks"),
        Paragraph(f"{prose('pseudo_sites')} {audit.pseudo_sites_verdict}"),
    ]
    if audit.pseudo_sites:
        if figure is not None:
            alt = "A few films of train of each pseudo-site."
            blocks.append(Figure(figure, _traits(audit), alt))
        blocks += [_sites(audit), *_models(metrics)]
    return Section("Who took the films", blocks)


def worst_pseudo_site(name: str, measured: ModelMetrics) -> list[str]:
    """Say in the first lines of a report where a model is shown to be worse; else nothing.

    Args:
        name: The model.
        measured: Its metrics.
    """
    shown = _deficits(measured)
    if not shown:
        return []
    site, metric, deficit = max(shown, key=lambda one: one[2].value or 0.0)
    group = measured.subgroups.splits[Split.TEST][KIND][site]
    return [
        f"On one group of films with alike borders and marks ({KIND} {site}, {group.n:,} films of "
        f"test), {metric_name(metric)} of {name} is {moved(deficit, 'lower', 'higher')} than on "
        "the other films."
    ]


def _deficits(measured: ModelMetrics) -> list[tuple[str, Metric, Estimate]]:
    """Return the pseudo-sites of test on which a model is shown to be worse."""
    groups = measured.subgroups.splits.get(Split.TEST, {})
    return [
        (name.removeprefix(f"{KIND} "), metric, deficit)
        for name, metric, deficit in shown_deficits(groups)
        if name.startswith(f"{KIND} ")
    ]


def _aurocs(audit: AcquisitionAudit) -> Table:
    rows: list[list[Cell]] = [[str(split), found] for split, found in audit.aurocs.items()]
    return Table(
        ["split", "AUROC"],
        rows,
        "PNEUMONIA against NORMAL by what lies outside the centre; in train of patients left out "
        "of the fit.",
        {"AUROC": ".2f"},
    )


def _traits(audit: AcquisitionAudit) -> str:
    named = [
        f"{name}: {'; '.join(site.traits) or 'nothing stands out'}."
        for name, site in audit.pseudo_sites.items()
    ]
    return f"Films of train, by {KIND}. Against the other films, {' '.join(named)}"


def _sites(audit: AcquisitionAudit) -> Table:
    rows: list[list[Cell]] = [
        [name, str(split), part.films, part.patients, part.pneumonia]
        for name, site in audit.pseudo_sites.items()
        for split, part in site.splits.items()
    ]
    header = [KIND, "split", "films", "patients", "share of PNEUMONIA"]
    return Table(header, rows, "Classes in each pseudo-site", {"share of PNEUMONIA": ".2f"})


def _models(metrics: Mapping[str, ModelMetrics]) -> list[Block]:
    rows: list[list[Cell]] = [
        [model, site, found.n, found.patients, *(getattr(found, m) or _ONE_CLASS for m in _SHOWN)]
        for model, measured in metrics.items()
        for site, found in measured.subgroups.splits.get(Split.TEST, {}).get(KIND, {}).items()
    ]
    if not rows:
        return []
    header = ["model", KIND, "n", "patients", *map(metric_name, _SHOWN)]
    caption = "Each model in each pseudo-site of test, at its locked threshold."
    return [Bullets(_verdicts(metrics)), Table(header, rows, caption)]


def _verdicts(metrics: Mapping[str, ModelMetrics]) -> list[str]:
    sentences = []
    for model, measured in metrics.items():
        shown = [
            f"{metric_name(metric)} on {site} is {moved(deficit, 'lower', 'higher')}"
            for site, metric, deficit in _deficits(measured)
        ]
        found = f"against the other films, {joined(shown)}." if shown else prose("no_worse_site")
        sentences.append(f"{model}: {found}")
    return sentences

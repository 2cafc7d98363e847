"""The findings of a run put in the order in which they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

import pneumoscope
from pneumoscope.naming import Label
from pneumoscope.options import EvaluationOptions, ReportOptions
from pneumoscope.pixel_statistics import PixelStatistics
from pneumoscope.report.page import Page
from pneumoscope.report.sections.about import about_section
from pneumoscope.report.sections.access import access_section
from pneumoscope.report.sections.audit import audit_section
from pneumoscope.report.sections.calibration import calibration_section
from pneumoscope.report.sections.comparison import comparison_section, headline
from pneumoscope.report.sections.grey_zone import grey_zone_section
from pneumoscope.report.sections.operating_points import operating_points_section
from pneumoscope.report.sections.radiographs import radiographs_section
from pneumoscope.report.sections.significance import significance_section
from pneumoscope.report.sections.splits import splits_section
from pneumoscope.report.sections.subgroups import subgroups_section
from pneumoscope.report.sections.training import training_section


@dataclass(frozen=True)
class Findings:
    """Everything that a run computed for its report.

    Attributes:
        ingestion_audit: The audit of the radiographs.
        split_audit: The audit of the splits.
        comparison: The table of the architectures.
        significance: The tests of all pairs of architectures.
        pixel_statistics: Grey levels by class.
        histories: Architecture to its history.
        access_log: Every evaluation on test.
        metrics: Architecture to its `metrics.json`.
        figures: Name to PNG; `<kind>_<architecture>` where each has its own.
    """

    ingestion_audit: Mapping[str, Any]
    split_audit: Mapping[str, Any]
    comparison: pd.DataFrame
    significance: pd.DataFrame
    pixel_statistics: PixelStatistics
    histories: Mapping[str, pd.DataFrame]
    access_log: pd.DataFrame
    metrics: Mapping[str, Mapping[str, Any]]
    figures: Mapping[str, bytes]

    def figures_of_each(self, kind: str) -> dict[str, bytes]:
        """Return the figures of one kind by architecture; missing ones are left out."""
        names = {name: f"{kind}_{name}" for name in self.metrics}
        return {name: self.figures[key] for name, key in names.items() if key in self.figures}


def assemble(options: ReportOptions, evaluation: EvaluationOptions, found: Findings) -> Page:
    """Put the findings on a page: the result first, then what it stands on."""
    pixels = found.pixel_statistics
    return Page(
        title=options.title,
        synthetic=options.synthetic,
        flaws=found.split_audit["flaws"],
        summary=[headline(found.comparison), *_doubts(found.ingestion_audit["warnings"])],
        sections=[
            comparison_section(found.comparison, found.figures, evaluation.confidence),
            significance_section(found.significance, evaluation.confidence),
            operating_points_section(found.metrics, found.figures_of_each("thresholds")),
            calibration_section(found.metrics, found.figures_of_each("reliability")),
            grey_zone_section(found.metrics, found.figures.get("deferral")),
            subgroups_section(found.metrics, found.figures_of_each("subgroups")),
            audit_section(found.ingestion_audit, found.figures),
            splits_section(found.split_audit, found.figures["class_distribution"]),
            radiographs_section(pixels.histograms, pixels.means, found.figures),
            training_section(found.histories, found.figures_of_each("curves")),
            access_section(found.access_log),
            about_section(_facts(evaluation, found)),
        ],
    )


def _doubts(warnings: Sequence[str]) -> list[str]:
    if not warnings:
        return ["The audit of the radiographs found nothing to warn of."]
    more = f" {len(warnings) - 1} more below." if len(warnings) > 1 else ""
    return [f"{warnings[0]}{more}"]


def _facts(evaluation: EvaluationOptions, found: Findings) -> dict[str, object]:
    counts = pd.DataFrame(found.ingestion_audit["counts"]).groupby("label")["n"].sum()
    return {
        "version": f"pneumoscope {pneumoscope.__version__}",
        "radiographs": found.ingestion_audit["radiographs"],
        **{f"of them {label}": int(counts[label]) for label in Label},
        "patients": found.ingestion_audit["patients"]["total"],
        "threshold_rule": evaluation.threshold.name,
        "bootstrap_resamples_of_patients": evaluation.bootstrap,
        "confidence": evaluation.confidence,
    }

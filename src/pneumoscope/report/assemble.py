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
from pneumoscope.report.sections.audit import audit_section
from pneumoscope.report.sections.comparison import comparison_section, headline
from pneumoscope.report.sections.radiographs import radiographs_section
from pneumoscope.report.sections.splits import splits_section
from pneumoscope.report.sections.training import training_section


@dataclass(frozen=True)
class Findings:
    """Everything that a run computed for its report.

    Attributes:
        ingestion_audit: The audit of the radiographs.
        split_audit: The audit of the splits.
        comparison: The table of the architectures.
        pixel_statistics: Grey levels by class.
        histories: Architecture to its history.
        curves: Architecture to the PNG of its curves.
        figures: Name to PNG.
    """

    ingestion_audit: Mapping[str, Any]
    split_audit: Mapping[str, Any]
    comparison: pd.DataFrame
    pixel_statistics: PixelStatistics
    histories: Mapping[str, pd.DataFrame]
    curves: Mapping[str, bytes]
    figures: Mapping[str, bytes]


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
            audit_section(found.ingestion_audit, found.figures),
            splits_section(found.split_audit, found.figures["class_distribution"]),
            radiographs_section(pixels.histograms, pixels.means, found.figures),
            training_section(found.histories, found.curves),
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
    rule, value = evaluation.threshold.rule, evaluation.threshold.value
    return {
        "version": f"pneumoscope {pneumoscope.__version__}",
        "radiographs": found.ingestion_audit["radiographs"],
        **{f"of them {label}": int(counts[label]) for label in Label},
        "patients": found.ingestion_audit["patients"]["total"],
        "threshold_rule": rule if value is None else f"{rule} ({value:g})",
        "bootstrap_resamples_of_patients": evaluation.bootstrap,
        "confidence": evaluation.confidence,
    }

"""The findings of a run put in the order in which they are read."""

from collections.abc import Sequence
from dataclasses import replace

import pneumoscope
from pneumoscope.naming import Label
from pneumoscope.options import EvaluationOptions, ReportOptions
from pneumoscope.report.blocks import Section
from pneumoscope.report.crosswalk import read_guidelines
from pneumoscope.report.findings import Findings
from pneumoscope.report.folding import folded
from pneumoscope.report.page import Page
from pneumoscope.report.sections.about import about_section
from pneumoscope.report.sections.access import access_section
from pneumoscope.report.sections.acquisition import acquisition_section, worst_pseudo_site
from pneumoscope.report.sections.audit import audit_section
from pneumoscope.report.sections.augmentation import augmentation_section
from pneumoscope.report.sections.calibration import calibration_section
from pneumoscope.report.sections.comparison import comparison_section, headline
from pneumoscope.report.sections.crosswalk import crosswalk_section
from pneumoscope.report.sections.decision_curves import decision_curves_section
from pneumoscope.report.sections.elsewhere import elsewhere_blocks, elsewhere_headline
from pneumoscope.report.sections.errors import errors_section
from pneumoscope.report.sections.explanation import explanation_section
from pneumoscope.report.sections.external import external_section, headlines
from pneumoscope.report.sections.flow import flow_section
from pneumoscope.report.sections.grey_zone import grey_zone_section
from pneumoscope.report.sections.label_doubts import label_doubts_section
from pneumoscope.report.sections.learning_curve import learning_curve_section
from pneumoscope.report.sections.operating_points import operating_points_section
from pneumoscope.report.sections.out_of_distribution import out_of_distribution_section
from pneumoscope.report.sections.radiographs import radiographs_section
from pneumoscope.report.sections.robustness import robustness_section, shortcuts_section
from pneumoscope.report.sections.shift import shift_section
from pneumoscope.report.sections.significance import significance_section
from pneumoscope.report.sections.splits import splits_section
from pneumoscope.report.sections.study import study_headline, study_section
from pneumoscope.report.sections.subgroups import subgroups_section
from pneumoscope.report.sections.training import training_section
from pneumoscope.report.sections.verdict import verdict_section
from pneumoscope.report.standing import older_members


def assemble(options: ReportOptions, evaluation: EvaluationOptions, found: Findings) -> Page:
    """Put the findings on a page: the result first, then what it stands on."""
    return Page(
        title=options.title,
        sortable=True,
        synthetic=found.synthetic,
        flaws=found.split_audit.flaws,
        summary=[
            *([study_headline(found.study)] if found.study else []),
            headline(found.comparison, found.significance, evaluation.primary_endpoint),
            *older_members(found.metrics),
            *_worst_pseudo_site(found),
            *_expected(found),
            *_elsewhere(found),
            *_doubts(found.ingestion_audit.warnings),
        ],
        sections=[
            verdict_section(found, found.subject_noun(options), evaluation.confidence),
            flow_section(
                found.ingestion_audit,
                found.split_audit,
                found.ranking[0],
                found.metrics[found.ranking[0]],
            ),
            *(folded(section) for section in _sections(options, evaluation, found)),
        ],
    )


def _sections(
    options: ReportOptions, evaluation: EvaluationOptions, found: Findings
) -> list[Section]:
    pixels = found.pixel_statistics
    return [
        *(
            [study_section(found.study, found.subject_noun(options), found.figures.get("study"))]
            if found.study
            else []
        ),
        comparison_section(
            found.comparison,
            found.significance,
            found.figures,
            evaluation,
            found.subject_noun(options),
        ),
        significance_section(found.significance, evaluation.confidence),
        external_section(found.external, found.metrics, found.external_log),
        operating_points_section(found.metrics, found.figures_of_each("thresholds")),
        decision_curves_section(found.metrics, found.ranking, found.figures.get("decision_curves")),
        calibration_section(found.metrics, found.figures_of_each("reliability")),
        grey_zone_section(found.metrics, found.figures.get("deferral")),
        subgroups_section(found.metrics, found.figures_of_each("subgroups")),
        *_errors(found),
        explanation_section(
            found.explanations,
            found.figures_of_each("attribution"),
            found.figures_of_each("activations"),
        ),
        *_robustness(found),
        *([out_of_distribution_section(found.detections)] if found.detections else []),
        *_label_doubts(found),
        audit_section(found.ingestion_audit, found.figures),
        *_acquisition(found),
        *([shift_section(found.shift, found.figures.get("shift"))] if found.shift else []),
        splits_section(found.split_audit, found.figures["class_distribution"]),
        radiographs_section(pixels.histograms, pixels.means, found.figures),
        augmentation_section(
            {name: settings.augmentation for name, settings in found.settings.items()},
            found.figures_of_each("augmented"),
        ),
        training_section(found.histories, found.figures_of_each("curves")),
        *([learning_curve_section(found.learning_curves)] if found.learning_curves else []),
        access_section(found.access_log, found.external_log),
        crosswalk_section(read_guidelines()),
        about_section(_facts(options, evaluation, found)),
    ]


def _errors(found: Findings) -> list[Section]:
    if found.errors is None:
        return []
    return [errors_section(found.errors, found.metrics[found.errors.model])]


def _label_doubts(found: Findings) -> list[Section]:
    if found.doubts is None:
        return []
    policy = found.split_audit.policy
    return [label_doubts_section(found.doubts, found.compared_labels, policy)]


def _acquisition(found: Findings) -> list[Section]:
    if found.acquisition is None:
        return []
    figure = found.figures.get("pseudo_sites")
    section = acquisition_section(found.acquisition, found.metrics, figure)
    hard = elsewhere_blocks(found.acquisition, found.metrics)
    return [replace(section, blocks=[*section.blocks, *hard])]


def _robustness(found: Findings) -> list[Section]:
    if not found.robustness:
        return []
    cut = any(one.sees_less_than_whole_films for one in found.origins.values())
    return [
        shortcuts_section(found.robustness, found.figures.get("shortcuts"), cut),
        robustness_section(found.robustness, found.figures.get("robustness")),
    ]


def _worst_pseudo_site(found: Findings) -> list[str]:
    """Say on which pseudo-site the model that validation ranks first is shown to be worse."""
    name = found.ranking[0]
    return worst_pseudo_site(name, found.metrics[name])


def _expected(found: Findings) -> list[str]:
    """Say what to expect elsewhere of the model that validation ranks first."""
    name = found.ranking[0]
    return elsewhere_headline(name, found.metrics[name])


def _elsewhere(found: Findings) -> list[str]:
    """Say how the model that validation ranks first does at other sites, against test."""
    measured = [name for name in found.ranking if found.external.of(name)]
    return headlines(measured[0], found.external) if measured else []


def _doubts(warnings: Sequence[str]) -> list[str]:
    if not warnings:
        return ["The audit of the radiographs found nothing to warn of."]
    more = f" {len(warnings) - 1} more below." if len(warnings) > 1 else ""
    return [f"{warnings[0]}{more}"]


def _facts(
    options: ReportOptions, evaluation: EvaluationOptions, found: Findings
) -> dict[str, object]:
    audit = found.ingestion_audit
    stated = {"site": options.site, "licence of the radiographs": options.licence}
    return {
        "version": f"pneumoscope {pneumoscope.__version__}",
        "radiographs": audit.radiographs,
        **{f"of them {label}": audit.of_class(label) for label in Label},
        "patients": audit.patients.owners,
        **{name: value for name, value in stated.items() if value},
        "threshold_rule": evaluation.threshold.name,
        "confidence": evaluation.confidence,
    }

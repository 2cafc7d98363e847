"""A model card: architecture, intended use, results, subgroups and limits."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pandas as pd

import pneumoscope
from pneumoscope.counts import counted
from pneumoscope.evaluation.comparison import BY_PATIENT
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.evaluation.replicates import REPLICATE_OF
from pneumoscope.models.records import TrainingRecord
from pneumoscope.models.training.history import History
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import AugmentationOptions, EvaluationOptions, Recipe, ReportOptions
from pneumoscope.report.blocks import (
    Block,
    Bullets,
    Code,
    Heading,
    Note,
    Paragraph,
    Section,
    Table,
    flattened,
)
from pneumoscope.report.cells import Cell
from pneumoscope.report.findings import Findings
from pneumoscope.report.limits import limits, looks_at_test
from pneumoscope.report.page import Page, render_markdown
from pneumoscope.report.prose import prose, sentences, text
from pneumoscope.report.provenance import licence_lines, synthetic_note
from pneumoscope.report.sections.acquisition import worst_pseudo_site
from pneumoscope.report.sections.audit import told_by
from pneumoscope.report.sections.augmentation import changes
from pneumoscope.report.sections.by_patient import RULES
from pneumoscope.report.sections.calibration import calibration_section
from pneumoscope.report.sections.comparison import MAIN_METRICS, estimate_of
from pneumoscope.report.sections.decision_curves import in_words
from pneumoscope.report.sections.elsewhere import expectation
from pneumoscope.report.sections.external import external_blocks
from pneumoscope.report.sections.operating_points import operating_points_section
from pneumoscope.report.sections.out_of_distribution import out_of_distribution_section
from pneumoscope.report.sections.replicates import replicate_blocks
from pneumoscope.report.sections.subgroups import subgroups_section
from pneumoscope.report.standing import standing, standing_in_words
from pneumoscope.report.wording import metric_name, readable
from pneumoscope.tuning.words import tried_in_words

NOT_ON_RECORD = "not known, since the training record at hand is of another model"


def model_card(
    name: str, options: ReportOptions, evaluation: EvaluationOptions, found: Findings
) -> str:
    """Return the card of a trained model as Markdown.

    Source: Mitchell et al. 2019, Model Cards for Model Reporting.

    Args:
        name: Name of the model.
        options: What those radiographed are called.
        evaluation: How the numbers were made.
        found: What the run found.
    """
    measured, one = found.metrics[name], {name: found.metrics[name]}
    own = {name: found.origins[name]} if name in found.origins else {}
    page = Page(
        title=f"Model card: {name}",
        synthetic=synthetic_note(found.ingestion_audit.sources, one, own),
        flaws=found.split_audit.flaws,
        sections=[
            _model(name, own.get(name), found),
            Section("Intended use", [Bullets(sentences("intended_use"))]),
            Section("Out of scope", [Bullets(sentences("out_of_scope"))]),
            _training_data(options, found),
            _results(name, options, evaluation, found),
            _elsewhere(name, measured),
            Section("Operating point", _locked(measured, operating_points_section(one, {}))),
            Section("Calibration", calibration_section(one, {}).blocks),
            Section("Subgroups", list(flattened(subgroups_section(one, {}).blocks))),
            *_outside(name, found),
            _limits(measured, options, found),
            _loading(name, found),
            _licence(own.get(name), options),
            _version(name, found),
        ],
    )
    return render_markdown(page)


def _model(name: str, origin: TrainingRecord | None, found: Findings) -> Section:
    rows: list[list[Cell]] = [
        ["input", f"grey radiographs of {_size(found)[0]} × {_size(found)[1]} pixels, uint8"],
        ["output", "score: P(pneumonia), 0 to 1"],
        *(_of_record(origin, found.histories[name]) if origin else [["training", NOT_ON_RECORD]]),
    ]
    return Section("Model", [Table(["what", "value"], rows)])


def _of_record(origin: TrainingRecord, history: History) -> list[list[Cell]]:
    """Return how the model was trained, by its record: parameters may have changed since."""
    model, augmentation, fitting = (
        dict(cast(Mapping[str, Any], origin.parameters[block])) for block in Recipe.model_fields
    )
    changed = changes(AugmentationOptions.model_validate(augmentation))
    return [
        ["architecture", model.pop("architecture")],
        ["starting weights", origin.started_from.source],
        ["options", _settings_in_words(model)],
        ["augmentation", "; ".join(changed) or "none"],
        ["fitting", _settings_in_words(fitting)],
        ["epochs", f"{origin.epochs}, the weights of epoch {origin.best_epoch} kept"],
        ["minutes of training", history.minutes],
        *([["recipes tried before", tried_in_words(origin.tuning)]] if origin.tuning else []),
    ]


def _settings_in_words(values: Mapping[str, Any]) -> str:
    """Return what is set; an option that was left open says nothing."""
    chosen = {key: value for key, value in values.items() if value is not None}
    return ", ".join(f"{readable(key)} {value}" for key, value in chosen.items()) or "none"


def _size(found: Findings) -> tuple[int, int]:
    height, width = next(iter(found.pixel_statistics.means.values())).shape
    return height, width


def _training_data(options: ReportOptions, found: Findings) -> Section:
    audit, warnings = found.split_audit, found.ingestion_audit.warnings
    taken = f", taken at {options.site}" if options.site else ""
    rows: list[list[Cell]] = [
        [c.split, c.label, c.subtype, c.n, c.patients] for c in audit.counts_before
    ]
    policy, balance = readable(audit.policy), readable(audit.balance)
    caption = f"Policy: {policy}. Rebalancing, of training rows alone: {balance}."
    blocks: list[Block] = [
        Paragraph(
            f"{counted(found.ingestion_audit.radiographs, 'radiograph')} of "
            f"{found.ingestion_audit.patients.owners}{taken}. The label is what "
            f"{told_by(found.ingestion_audit)} say; who read the film is not recorded."
        ),
        Table(["split", "label", "kind", "n", "patients"], rows, caption),
        *([Note("What could mislead", warnings, warns=True)] if warnings else []),
        *([Bullets(audit.checks)] if audit.checks else []),
    ]
    return Section("Training data", blocks)


def _results(
    name: str, options: ReportOptions, evaluation: EvaluationOptions, found: Findings
) -> Section:
    splits = found.metrics[name].splits
    tested = splits[Split.TEST]
    rows: list[list[Cell]] = [
        [metric_name(metric), *(part.metrics[metric] for part in splits.values())]
        for metric in Metric
    ]
    patients: list[list[Cell]] = [
        [
            f"{metric_name(metric)}, {by}",
            *(p.by_patient[rule].metrics[metric] for p in splits.values()),
        ]
        for metric in BY_PATIENT
        for rule, by in RULES.items()
    ]
    noun = found.subject_noun(options)
    text = (
        f"Test: {counted(tested.n, 'radiograph')} of {tested.patients:,} {noun}; "
        f"{evaluation.confidence:.0%} intervals over {noun}, whose radiographs "
        f"belong together. ECE has no interval: {tested.metrics[Metric.ECE].reason}."
    )
    blocks: list[Block] = [
        Paragraph(text),
        Paragraph(_against_others(name, evaluation.primary_endpoint, found)),
        Table(["metric", *splits], rows, "Counted by radiograph."),
        Table(
            ["metric", *splits],
            patients,
            f"Counted as {noun}: by the mean of the scores, or by any radiograph.",
        ),
        *_seeds(name, found.comparison),
        Heading("External tests"),
        *external_blocks(found.external, name, found.metrics[name]),
    ]
    return Section("Results", blocks)


def _elsewhere(name: str, measured: ModelMetrics) -> Section:
    """Say what other films and other uses let expect: hard validation, pseudo-sites, decisions."""
    worst = worst_pseudo_site(name, measured)
    worth = in_words(name, measured.decision_curves)
    return Section("What to expect elsewhere", [Bullets([*expectation(measured), *worst, *worth])])


def _seeds(name: str, comparison: pd.DataFrame) -> list[Block]:
    """Return the spread over the seeds of its recipe, or that there is one seed."""
    recipe = comparison.loc[comparison[Column.ARCHITECTURE] == name, REPLICATE_OF].iloc[0]
    seeds = comparison[comparison[REPLICATE_OF] == recipe]
    known = replicate_blocks(seeds, MAIN_METRICS, estimate_of)
    return known or [Paragraph(prose("one_seed"))]


def _against_others(name: str, metric: Metric, found: Findings) -> str:
    """Say how the model stands against the others, in the words of the report."""
    (first,) = set(found.comparison[found.comparison[Column.ARCHITECTURE] == name][REPLICATE_OF])
    if first != name:
        return f"It is another seed of {first}, which stands for both against other models."
    stands = standing_in_words(standing(found.significance, name, metric))
    return f"Against other models by {metric_name(metric)} on test: {stands or 'there is none.'}"


def _locked(measured: ModelMetrics, section: Section) -> Sequence[Block]:
    point = measured.operating_point
    text = (
        f"Scores of {point.threshold:.4f} and above are called PNEUMONIA "
        f"({point.rule}: {point.reason})."
    )
    return [Paragraph(text), *flattened(section.blocks)]


def _outside(name: str, found: Findings) -> list[Section]:
    if name not in found.detections:
        return []
    section = out_of_distribution_section({name: found.detections[name]})
    return [Section(section.title, list(flattened(section.blocks)))]


def _limits(measured: ModelMetrics, options: ReportOptions, found: Findings) -> Section:
    looks = looks_at_test(found.access_log, found.fingerprints)
    phantoms = measured.splits[Split.TEST].sources.only_phantoms
    known = limits(measured, found.subject_noun(options), phantoms)
    return Section("Limits", [Bullets([*known, looks])])


def _loading(name: str, found: Findings) -> Section:
    height, width = _size(found)
    threshold = found.metrics[name].operating_point.threshold
    path = f"06_models/{name}/model.keras/<version>/model.keras"
    return Section(
        "How to load",
        [
            Paragraph(prose("loading_needs")),
            Code(text("loading", path=path, height=height, width=width, threshold=threshold)),
        ],
    )


def _licence(origin: TrainingRecord | None, options: ReportOptions) -> Section:
    if origin is None:
        return Section("Licence", [Bullets(["Code: MIT.", f"The rest: {NOT_ON_RECORD}."])])
    return Section("Licence", [Bullets(licence_lines(origin, options.licence))])


def _version(name: str, found: Findings) -> Section:
    rows: list[list[Cell]] = [
        ["pneumoscope", pneumoscope.__version__],
        ["SHA-256 of the weights", found.metrics[name].model.fingerprint],
        ["evaluate an older one", f"kedro run --load-versions=model_{name}:<version>"],
    ]
    return Section("Version", [Table(["what", "value"], rows)])

"""Figures from computed values, and the page that holds them."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.evaluation.calibration.measure import with_calibration
from pneumoscope.evaluation.calibration.reliability import reliability
from pneumoscope.evaluation.calibration.smooth import curve_with_band, fit_curve
from pneumoscope.evaluation.comparison import rank_models
from pneumoscope.evaluation.decision_curves import curve_table
from pneumoscope.evaluation.errors import OUTCOME
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.evaluation.roc import roc_points
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.evaluation.subgroups import subgroup_table
from pneumoscope.evaluation.thresholds.deferral import deferral_curve
from pneumoscope.evaluation.thresholds.rules import sweep
from pneumoscope.naming import Column, Label, Metric, Split
from pneumoscope.options import EvaluationOptions, ReportOptions
from pneumoscope.plots.augmented import plot_augmented
from pneumoscope.plots.confusion import plot_confusion_matrices
from pneumoscope.plots.counts import plot_class_distribution
from pneumoscope.plots.decision_curves import plot_decision_curves
from pneumoscope.plots.deferral import plot_deferral
from pneumoscope.plots.drawing import Drawing
from pneumoscope.plots.intensities import plot_class_means, plot_intensity_histograms
from pneumoscope.plots.pseudo_sites import COLUMNS, plot_pseudo_sites
from pneumoscope.plots.reliability import plot_reliability
from pneumoscope.plots.robustness import plot_curves, plot_shortcuts
from pneumoscope.plots.roc import plot_roc_curves
from pneumoscope.plots.samples import plot_samples
from pneumoscope.plots.shift import plot_shift
from pneumoscope.plots.subgroups import plot_subgroups
from pneumoscope.plots.thresholds import plot_thresholds
from pneumoscope.radiographs.pixel_statistics import PixelStatistics
from pneumoscope.radiographs.recorded import evenly_shown
from pneumoscope.report.assemble import assemble
from pneumoscope.report.films import ListedFilms, draw_films, draw_maps
from pneumoscope.report.findings import Findings, named
from pneumoscope.report.model_card import model_card
from pneumoscope.report.page import render_page
from pneumoscope.report.slides.deck import deck
from pneumoscope.report.slides.drawing import draw_slides
from pneumoscope.robustness.records import Robustness, Shift
from pneumoscope.robustness.tables import curve_tables, shift_tables, shortcut_tables
from pneumoscope.splitting.records import SplitAudit


def drawing(plot: Callable[..., Figure]) -> Callable[..., Drawing]:
    """Give the node function that has its inputs drawn as they are."""

    @wraps(plot)
    def draw(*given: object) -> Drawing:
        return Drawing(plot, *given)

    return draw


def drawn_for(name: str, draw: Callable[..., Drawing]) -> Callable[..., Drawing]:
    """Give the node function that draws a figure of one model, and writes its name on it."""

    @wraps(draw)
    def draw_named(*arguments: object, **named_arguments: object) -> Drawing:
        return draw(*arguments, **named_arguments).named(name)

    return draw_named


def draw_class_distribution(split_audit: SplitAudit) -> Drawing:
    """Draw the classes by split, before and after rebalancing."""
    before, after = split_audit.counts_before, split_audit.counts_after
    return Drawing(plot_class_distribution, pd.DataFrame(before), pd.DataFrame(after))


def draw_samples(
    decoded: Mapping[str, NDArray[np.uint8]],
    train_images: ShardedImages,
    train_rows: pd.DataFrame,
    options: ReportOptions,
) -> Drawing:
    """Draw the same radiographs raw and processed, evenly spread over train."""
    chosen = evenly_shown(train_rows, options.sample_radiographs)
    titles = [f"{row.label}\n{row.subtype}" for row in train_rows.iloc[chosen].itertuples()]
    raw = [decoded[path] for path in train_rows[Column.PATH].iloc[chosen]]
    processed = [train_images[position][..., 0] for position in chosen]
    return Drawing(
        plot_samples, list(zip(titles, raw, strict=True)), list(zip(titles, processed, strict=True))
    )


def draw_pseudo_sites(
    decoded: Mapping[str, NDArray[np.uint8]], train_rows: pd.DataFrame, pseudo_sites: pd.DataFrame
) -> Drawing:
    """Draw a few films of train of each pseudo-site, evenly of both classes."""
    once = train_rows.drop_duplicates(Column.RADIOGRAPH_ID).merge(
        pseudo_sites, on=Column.RADIOGRAPH_ID, validate="one_to_one"
    )
    shown = {}
    for name, rows in once.dropna(subset=[Column.PSEUDO_SITE]).groupby(Column.PSEUDO_SITE):
        chosen = rows.iloc[evenly_shown(rows, COLUMNS // 2)]
        films = zip(chosen[Column.LABEL], chosen[Column.PATH], strict=True)
        shown[str(name)] = [(str(label), decoded[path]) for label, path in films][:COLUMNS]
    return Drawing(plot_pseudo_sites, shown)


def draw_augmented(augmentations: Mapping[str, NDArray[Any]]) -> Drawing:
    """Draw training radiographs as stored and in a few random draws of the augmentation."""
    return Drawing(
        plot_augmented,
        augmentations["films"],
        augmentations["changed"],
        augmentations["labels"].tolist(),
    )


def draw_intensity_histograms(pixels: PixelStatistics) -> Drawing:
    """Draw the grey levels of each class."""
    return Drawing(plot_intensity_histograms, pixels.histograms)


def draw_class_means(pixels: PixelStatistics) -> Drawing:
    """Draw the mean radiograph of each class and their difference."""
    return Drawing(plot_class_means, pixels.means)


def draw_thresholds(scores: pd.DataFrame, metrics: ModelMetrics) -> Drawing:
    """Draw what moving the threshold of one architecture does, split by split."""
    sweeps = {
        str(split): sweep(labels_of(rows), scores_of(rows))
        for split, rows in scores.groupby(Column.SPLIT, sort=False)
        if set(rows[Column.LABEL]) == set(Label)
    }
    point = metrics.operating_point
    return Drawing(plot_thresholds, sweeps, point.threshold, point.zone)


def draw_reliability(
    scores: pd.DataFrame, metrics: ModelMetrics, options: EvaluationOptions
) -> Drawing:
    """Draw the reliability of one architecture on test, before and after calibration."""
    tested = scores[scores[Column.SPLIT] == Split.TEST]
    shown = {"as they are": tested}
    line = metrics.calibration.map
    if line is not None:
        shown["calibrated"] = with_calibration(tested, line)
    bins = reliability(labels_of(tested), scores_of(tested), options.ece_bins)
    smooth = {}
    for name, rows in shown.items():
        sample = Sample.of_rows(rows)
        curve, _ = fit_curve(sample)
        if curve is not None:
            smooth[name] = curve_with_band(sample, curve, options.confidence)
    return Drawing(plot_reliability, bins, smooth)


def draw_subgroups(metrics: ModelMetrics) -> Drawing:
    """Draw sensitivity and specificity of one architecture on each kind of test radiograph."""
    overall = metrics.splits[Split.TEST].metrics
    return Drawing(
        plot_subgroups,
        subgroup_table(metrics.subgroups.splits[Split.TEST]),
        {name: measured.value for name, measured in overall.items()},
    )


def draw_shift(shift: Shift) -> Drawing:
    """Draw how far test lies from train, by simple numbers."""
    return Drawing(plot_shift, shift_tables(shift))


def draw_shortcuts(**robustness: Robustness) -> Drawing:
    """Draw the AUROC of each model with parts of the films gone."""
    return Drawing(plot_shortcuts, shortcut_tables(robustness))


def draw_robustness(**robustness: Robustness) -> Drawing:
    """Draw how each model fares as films grow worse."""
    return Drawing(plot_curves, curve_tables(robustness))


def draw_confusion_matrices(**metrics: ModelMetrics) -> Drawing:
    """Draw the confusion matrix of each model on test."""
    return Drawing(
        plot_confusion_matrices,
        {name: found.at_threshold.splits[Split.TEST].confusion for name, found in metrics.items()},
    )


def draw_deferral(**metrics: ModelMetrics) -> Drawing:
    """Draw the accuracy of each model on test against the share handed to a human."""
    return Drawing(
        plot_deferral,
        {
            name: deferral_curve(measured.grey_zone, Split.TEST)
            for name, measured in metrics.items()
        },
    )


def draw_decision_curves(comparison: pd.DataFrame, **metrics: ModelMetrics) -> Drawing:
    """Draw what acting on each model is worth, prevalence by prevalence."""
    panels: dict[float, dict[str, pd.DataFrame]] = {}
    for name, measured in metrics.items():
        for share, curve in measured.decision_curves.curves.items():
            prevalence = float(share)
            panels.setdefault(prevalence, {})[name] = curve_table(curve, prevalence)
    return Drawing(plot_decision_curves, panels, list(metrics), rank_models(comparison, metrics)[0])


def draw_roc_curves(comparison: pd.DataFrame, **collected: pd.DataFrame) -> Drawing:
    """Draw the ROC curve of each model on test from `scores_<model>`, operating point marked."""
    tested = comparison[comparison[Column.SPLIT] == Split.TEST]
    curves = {
        name: roc_points(table[table[Column.SPLIT] == Split.TEST])
        for name, table in named("scores_", collected).items()
    }
    points = {
        str(row[Column.ARCHITECTURE]): (1 - row[Metric.SPECIFICITY], row[Metric.SENSITIVITY])
        for row in tested.to_dict("records")
    }
    return Drawing(plot_roc_curves, curves, points)


def draw_errors(
    comparison: pd.DataFrame,
    test_images: ShardedImages,
    test_rows: pd.DataFrame,
    options: ReportOptions,
    **collected: Any,
) -> ListedFilms:
    """Draw the errors of the model that validation ranks first, at most so many of each kind.

    Args:
        comparison: The table of all models.
        test_images: Radiographs of test.
        test_rows: Their rows.
        options: How many are shown.
        **collected: `errors_<model>` of each; `explanations_<model>` and `maps_<model>` of each
            that was trained.
    """
    errors = named("errors_", collected)
    name = rank_models(comparison, errors)[0]
    table = errors[name]
    first = table.groupby(OUTCOME, sort=False).head(options.errors_shown)
    names = first[Column.RADIOGRAPH_ID].astype(str).tolist()
    maps = draw_maps(names, collected.get(f"explanations_{name}"), collected.get(f"maps_{name}"))
    return ListedFilms(name, table, draw_films(names, test_images, test_rows), maps)


def draw_doubts(
    label_doubts: pd.DataFrame,
    train_images: ShardedImages,
    train_rows: pd.DataFrame,
    validation_images: ShardedImages,
    validation_rows: pd.DataFrame,
    options: ReportOptions,
) -> ListedFilms:
    """Draw the films whose labels are most in doubt."""
    names = label_doubts[Column.RADIOGRAPH_ID].astype(str)[: options.errors_shown].tolist()
    pictures = {
        **draw_films(names, train_images, train_rows),
        **draw_films(names, validation_images, validation_rows),
    }
    return ListedFilms("", label_doubts, pictures, {})


def write_report(findings: Findings, options: ReportOptions, evaluation: EvaluationOptions) -> str:
    """Write the report: every figure and table of the run on one page."""
    return render_page(assemble(options, evaluation, findings))


def write_slides(
    findings: Findings, options: ReportOptions, evaluation: EvaluationOptions
) -> list[Figure]:
    """Write the slides, for stakeholders who are no data scientists."""
    return draw_slides(deck(options, evaluation, findings), findings.synthetic)


def model_card_writer(name: str) -> Callable[[Findings, ReportOptions, EvaluationOptions], str]:
    """Give a node function that writes the card of this model."""

    def write_model_card(
        findings: Findings, options: ReportOptions, evaluation: EvaluationOptions
    ) -> str:
        """Write the card of one model: what it is for, how good it is, where it fails."""
        return model_card(name, options, evaluation, findings)

    return write_model_card

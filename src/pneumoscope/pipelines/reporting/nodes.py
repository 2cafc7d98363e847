"""Figures from computed values, and the page that holds them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.evaluation.calibrated import with_temperature
from pneumoscope.evaluation.calibration import reliability
from pneumoscope.evaluation.metrics import Confusion
from pneumoscope.evaluation.roc import roc_points
from pneumoscope.evaluation.score_arrays import labels_of, scores_of
from pneumoscope.evaluation.subgroups import subgroup_table
from pneumoscope.evaluation.thresholds import sweep
from pneumoscope.naming import Column, Label, Metric, Split
from pneumoscope.options import EvaluationOptions, ReportOptions
from pneumoscope.pixel_statistics import PixelStatistics
from pneumoscope.pixel_statistics import describe_pixels as describe
from pneumoscope.plots.confusion import plot_confusion_matrices
from pneumoscope.plots.counts import plot_class_distribution
from pneumoscope.plots.curves import plot_training_curves
from pneumoscope.plots.deferral import plot_deferral
from pneumoscope.plots.forest import plot_comparison
from pneumoscope.plots.intensities import plot_class_means, plot_intensity_histograms
from pneumoscope.plots.reliability import plot_reliability
from pneumoscope.plots.roc import plot_roc_curves
from pneumoscope.plots.samples import plot_samples
from pneumoscope.plots.sizes import plot_bytes_per_pixel, plot_sizes
from pneumoscope.plots.subgroups import plot_subgroups
from pneumoscope.plots.thresholds import plot_thresholds
from pneumoscope.report.assemble import Findings, assemble
from pneumoscope.report.page import render_page


def describe_pixels(train_images: ShardedImages, train_rows: pd.DataFrame) -> PixelStatistics:
    """Count and average the grey levels of each class in train."""
    return describe(train_images, train_rows)


def draw_class_distribution(split_audit: dict) -> Figure:
    """Draw the classes by split, before and after rebalancing."""
    before, after = split_audit["counts_before"], split_audit["counts_after"]
    return plot_class_distribution(pd.DataFrame(before), pd.DataFrame(after))


def draw_samples(
    decoded: Mapping[str, NDArray[np.uint8]],
    train_images: ShardedImages,
    train_rows: pd.DataFrame,
    options: ReportOptions,
) -> Figure:
    """Draw the same radiographs raw and processed, evenly spread over train."""
    chosen = [
        position
        for label in Label
        for position in _spread(train_rows[Column.LABEL] == label, options.sample_radiographs)
    ]
    titles = [f"{row.label}\n{row.subtype}" for row in train_rows.iloc[chosen].itertuples()]
    raw = [decoded[path] for path in train_rows[Column.PATH].iloc[chosen]]
    processed = [train_images[position][..., 0] for position in chosen]
    return plot_samples(
        list(zip(titles, raw, strict=True)), list(zip(titles, processed, strict=True))
    )


def draw_sizes(manifest: pd.DataFrame) -> Figure:
    """Draw the sizes of the originals by class."""
    return plot_sizes(manifest)


def draw_bytes_per_pixel(manifest: pd.DataFrame) -> Figure:
    """Draw how strongly each class is compressed."""
    return plot_bytes_per_pixel(manifest)


def draw_intensity_histograms(pixels: PixelStatistics) -> Figure:
    """Draw the grey levels of each class."""
    return plot_intensity_histograms(pixels.histograms)


def draw_class_means(pixels: PixelStatistics) -> Figure:
    """Draw the mean radiograph of each class and their difference."""
    return plot_class_means(pixels.means)


def draw_curves(history: pd.DataFrame) -> Figure:
    """Draw the training curves of one architecture."""
    return plot_training_curves(history)


def draw_thresholds(scores: pd.DataFrame, metrics: dict) -> Figure:
    """Draw what moving the threshold of one architecture does, split by split."""
    sweeps = {
        str(split): sweep(labels_of(rows), scores_of(rows))
        for split, rows in scores.groupby(Column.SPLIT, sort=False)
        if set(rows[Column.LABEL]) == set(Label)
    }
    return plot_thresholds(sweeps, metrics["operating_point"]["threshold"])


def draw_reliability(scores: pd.DataFrame, metrics: dict, options: EvaluationOptions) -> Figure:
    """Draw the reliability of one architecture on test, before and after its temperature."""
    tested = scores[scores[Column.SPLIT] == Split.TEST]
    shown = {"as they are": tested}
    temperature = metrics["calibration"]["temperature"]
    if temperature is not None:
        shown["calibrated"] = with_temperature(tested, temperature)
    return plot_reliability(
        {
            name: reliability(labels_of(rows), scores_of(rows), options.ece_bins)
            for name, rows in shown.items()
        }
    )


def draw_subgroups(metrics: dict) -> Figure:
    """Draw sensitivity and specificity of one architecture on each kind of test radiograph."""
    overall = metrics["splits"][Split.TEST]["metrics"]
    return plot_subgroups(
        subgroup_table(metrics["subgroups"]["splits"], Split.TEST),
        {name: measured["value"] for name, measured in overall.items()},
    )


def draw_comparison(comparison: pd.DataFrame) -> Figure:
    """Draw the architectures beside each other, with intervals."""
    return plot_comparison(comparison)


def draw_confusion_matrices(architectures: list[str], *metrics: dict) -> Figure:
    """Draw the confusion matrix of each architecture on test."""
    return plot_confusion_matrices(
        {
            architecture: Confusion(**measured["splits"][Split.TEST]["confusion"])
            for architecture, measured in zip(architectures, metrics, strict=True)
        }
    )


def draw_deferral(architectures: list[str], *metrics: dict) -> Figure:
    """Draw the accuracy of each architecture on test against the share handed to a human."""
    return plot_deferral(
        {
            architecture: pd.DataFrame(
                [zone["splits"][Split.TEST] for zone in measured["grey_zone"].values()]
            )
            for architecture, measured in zip(architectures, metrics, strict=True)
        }
    )


def draw_roc_curves(
    architectures: list[str], comparison: pd.DataFrame, *scores: pd.DataFrame
) -> Figure:
    """Draw the ROC curve of each architecture on test, its operating point marked."""
    tested = comparison[comparison[Column.SPLIT] == Split.TEST]
    curves = {
        architecture: roc_points(table[table[Column.SPLIT] == Split.TEST])
        for architecture, table in zip(architectures, scores, strict=True)
    }
    points = {
        str(row[Column.ARCHITECTURE]): (1 - row[Metric.SPECIFICITY], row[Metric.SENSITIVITY])
        for row in tested.to_dict("records")
    }
    return plot_roc_curves(curves, points)


def write_report(
    options: ReportOptions,
    evaluation: EvaluationOptions,
    architectures: list[str],
    ingestion_audit: dict,
    split_audit: dict,
    comparison: pd.DataFrame,
    significance: pd.DataFrame,
    pixel_statistics: PixelStatistics,
    **collected: Any,
) -> str:
    """Write the report: every figure and table of the run on one page.

    Args:
        options: Title of the page, and whether the radiographs are phantoms.
        evaluation: How the numbers were made.
        architectures: Names of the models, in the order of the table.
        ingestion_audit: The audit of the radiographs.
        split_audit: The audit of the splits.
        comparison: The table of the architectures.
        significance: The tests of all pairs of architectures.
        pixel_statistics: Grey levels by class.
        **collected: `figure_<name>` as PNG bytes; for each architecture `history_<name>`,
            `access_<name>` (the same log each time), `metrics_<name>` and `figure_<kind>_<name>`.
    """
    findings = Findings(
        ingestion_audit=ingestion_audit,
        split_audit=split_audit,
        comparison=comparison,
        significance=significance,
        pixel_statistics=pixel_statistics,
        histories={name: collected[f"history_{name}"] for name in architectures},
        access_log=collected[f"access_{architectures[0]}"],
        metrics={name: collected[f"metrics_{name}"] for name in architectures},
        figures={
            name.removeprefix("figure_"): png
            for name, png in collected.items()
            if name.startswith("figure_")
        },
    )
    return render_page(assemble(options, evaluation, findings))


def _spread(mask: pd.Series, count: int) -> list[int]:
    positions = np.flatnonzero(mask)
    steps = np.linspace(0, len(positions) - 1, min(count, len(positions)))
    return positions[steps.round().astype(int)].tolist()

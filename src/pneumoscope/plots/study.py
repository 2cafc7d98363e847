"""A study's metric as published and under each protocol, model by model."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric
from pneumoscope.options import StudyOptions
from pneumoscope.plots.style import (
    INK,
    MUTED,
    axes_or_new,
    figure_of,
    legend,
    polish,
    series_styles,
)
from pneumoscope.studies.records import StudyFindings

# Drawn side by side within a model's row, this far apart.
GAP = 0.22
MARKERS = ("o", "s", "^", "v")


def plot_study(findings: StudyFindings, ax: Axes | None = None) -> Figure:
    """Draw the target's metric on test with intervals, one row a model, and the bound.

    Args:
        findings: What the study comes to.
        ax: Where to draw; a new figure by default.
    """
    study = findings.study
    metric = study.target.metric
    models = list(findings.arms[study.honest].test.models)
    ax = axes_or_new(ax, height=1.9 + len(models) * (0.35 + GAP * len(study.arms)))
    for place, (arm, (colour, _)) in enumerate(series_styles(list(study.arms)).items()):
        offset = GAP * (place - (len(study.arms) - 1) / 2)
        measured = [findings.arms[arm].test.models[name][metric] for name in models]
        _draw_arm(ax, measured, offset, colour, MARKERS[place % len(MARKERS)], _label(arm, study))
    _draw_published(ax, models, study, metric)
    ax.axvline(study.target.at_least, color=MUTED, linestyle=":", linewidth=1.6, label="target")
    polish(ax, xlabel=f"{metric.label} on test", grid="x")
    ax.set_yticks(range(len(models)), models)
    ax.set_ylim(len(models) - 0.4, -0.6)
    ax.spines["left"].set_visible(False)
    ax.margins(x=0.08)
    # Below the axes: rows and intervals leave no room among them.
    legend(ax, loc="upper center", bbox_to_anchor=(0.5, -0.3 / (0.5 + 0.25 * len(models))), ncols=2)
    return figure_of(ax)


def _draw_arm(
    ax: Axes, measured: Sequence[Estimate], offset: float, colour: str, marker: str, label: str
) -> None:
    shown: dict[str, Any] = {
        "color": colour,
        "marker": marker,
        "markersize": 8,
        "markeredgecolor": "white",
    }
    for row, values in enumerate(measured):
        if values.value is None:
            ax.text(0.02, row + offset, "n/a", transform=ax.get_yaxis_transform(), color=MUTED)
            continue
        if values.bounds is not None:
            ax.plot(values.bounds, [row + offset] * 2, color=colour, linewidth=2.2)
        ax.plot(values.value, row + offset, linestyle="", **shown)
    ax.plot([], [], linestyle="", label=label, **shown)


def _draw_published(ax: Axes, models: list[str], study: StudyOptions, metric: Metric) -> None:
    found = {one.architecture: one.metrics.get(metric) for one in study.published}
    points = [(found[name], row) for row, name in enumerate(models) if found.get(name) is not None]
    if points:
        across, down = zip(*points, strict=True)
        style: dict[str, Any] = {"linestyle": "", "marker": "D", "markersize": 8, "color": INK}
        ax.plot(across, down, markerfacecolor="white", label="published", **style)


def _label(arm: str, study: StudyOptions) -> str:
    return f"{arm} (judged)" if arm == study.honest else arm

"""audits, histories, scores, metrics → figures → report."""

from collections.abc import Callable, Sequence

from kedro.pipeline import Node, Pipeline
from matplotlib.figure import Figure

from pneumoscope.pipelines.reporting import nodes

Drawn = dict[str, tuple[Callable[..., Figure], list[str]]]

FIGURES: Drawn = {
    "figure_class_distribution": (nodes.draw_class_distribution, ["split_audit"]),
    "figure_samples": (
        nodes.draw_samples,
        ["decoded_radiographs", "train_images", "train_rows", "params:report"],
    ),
    "figure_sizes": (nodes.draw_sizes, ["manifest"]),
    "figure_bytes_per_pixel": (nodes.draw_bytes_per_pixel, ["manifest"]),
    "figure_intensity_histograms": (nodes.draw_intensity_histograms, ["pixel_statistics"]),
    "figure_class_means": (nodes.draw_class_means, ["pixel_statistics"]),
    "figure_forest": (nodes.draw_comparison, ["comparison"]),
}
# Drawn for each architecture, in its namespace.
OWN_FIGURES: Drawn = {
    "curves": (nodes.draw_curves, ["history"]),
    "thresholds": (nodes.draw_thresholds, ["scores", "metrics"]),
    "reliability": (nodes.draw_reliability, ["scores", "metrics", "params:evaluation"]),
    "subgroups": (nodes.draw_subgroups, ["metrics"]),
}


def create_pipeline(architectures: Sequence[str]) -> Pipeline:
    """Create the figures of the data, those of each architecture, and the report."""
    pixels = Node(
        nodes.describe_pixels,
        ["train_images", "train_rows"],
        "pixel_statistics",
        name="describe_pixels",
    )
    figures = {**FIGURES, **_across(architectures)}
    drawn = [
        Node(function, inputs, name, name=f"draw_{name.removeprefix('figure_')}")
        for name, (function, inputs) in figures.items()
    ]
    page = Pipeline([pixels, *drawn, _report(architectures, list(figures))], tags="reporting")
    return sum((_one(architecture) for architecture in architectures), page)


def _one(architecture: str) -> Pipeline:
    return Pipeline(
        [
            Node(function, inputs, name, name=f"draw_{name}")
            for name, (function, inputs) in OWN_FIGURES.items()
        ],
        namespace=architecture,
        parameters={"params:evaluation"},
        tags=["reporting", architecture],
    )


def _across(architectures: Sequence[str]) -> Drawn:
    metrics = [f"{name}.metrics" for name in architectures]
    scores = [f"{name}.scores" for name in architectures]
    names = "params:architectures"
    return {
        "figure_deferral": (nodes.draw_deferral, [names, *metrics]),
        "figure_confusion": (nodes.draw_confusion_matrices, [names, *metrics]),
        "figure_roc": (nodes.draw_roc_curves, [names, "comparison", *scores]),
    }


def _report(architectures: Sequence[str], figures: Sequence[str]) -> Node:
    inputs = {
        "options": "params:report",
        "evaluation": "params:evaluation",
        "architectures": "params:architectures",
        "ingestion_audit": "ingestion_audit",
        "split_audit": "split_audit",
        "comparison": "comparison",
        "significance": "significance",
        "pixel_statistics": "pixel_statistics",
        **{name: name for name in figures},
        **{f"history_{name}": f"{name}.history" for name in architectures},
        # All name one file; asking for each makes the report wait until all are on record.
        **{f"access_{name}": f"{name}.test_access_log" for name in architectures},
        **{f"metrics_{name}": f"{name}.metrics" for name in architectures},
        **{f"figure_{kind}_{n}": f"{n}.{kind}" for kind in OWN_FIGURES for n in architectures},
    }
    return Node(nodes.write_report, inputs, "report", name="write_report")

"""audits, histories, scores, metrics → figures → report."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from kedro.pipeline import Node, Pipeline
from matplotlib.figure import Figure

from pneumoscope.pipelines.grouping import grouped
from pneumoscope.pipelines.reporting import nodes
from pneumoscope.plots.activations import plot_activations
from pneumoscope.plots.attribution import plot_attribution
from pneumoscope.plots.curves import plot_training_curves
from pneumoscope.plots.drawing import Drawing
from pneumoscope.plots.forest import plot_comparison
from pneumoscope.plots.sizes import plot_bytes_per_pixel, plot_sizes
from pneumoscope.radiographs.pixel_statistics import describe_pixels
from pneumoscope.report.findings import collect_findings

Inputs = list[str] | dict[str, str]
Drawn = Mapping[str, tuple[Callable[..., Figure | Drawing], Inputs]]
DrawnOfModel = Mapping[str, tuple[Callable[..., Drawing], Inputs]]

FIGURES: Drawn = {
    "figure_class_distribution": (nodes.draw_class_distribution, ["split_audit"]),
    "figure_samples": (
        nodes.draw_samples,
        ["decoded_radiographs", "train_images", "train_rows", "params:report"],
    ),
    "figure_pseudo_sites": (
        nodes.draw_pseudo_sites,
        ["decoded_radiographs", "train_rows", "pseudo_sites"],
    ),
    # Of a whole table, which is more than what they draw of it.
    "figure_sizes": (plot_sizes, ["manifest"]),
    "figure_bytes_per_pixel": (plot_bytes_per_pixel, ["manifest"]),
    "figure_intensity_histograms": (nodes.draw_intensity_histograms, ["pixel_statistics"]),
    "figure_class_means": (nodes.draw_class_means, ["pixel_statistics"]),
    "figure_forest": (nodes.drawing(plot_comparison), ["comparison"]),
}
# Drawn in the namespace of each model that was trained, and of every model.
TRAINED_FIGURES: DrawnOfModel = {
    "curves": (nodes.drawing(plot_training_curves), ["history"]),
    "augmented": (nodes.draw_augmented, ["augmentations"]),
    "attribution": (nodes.drawing(plot_attribution), ["explanations", "attribution_maps"]),
    "activations": (nodes.drawing(plot_activations), ["explanations", "activation_maps"]),
}
OWN_FIGURES: DrawnOfModel = {
    "thresholds": (nodes.draw_thresholds, ["scores", "metrics"]),
    "reliability": (nodes.draw_reliability, ["scores", "metrics", "params:evaluation"]),
    "subgroups": (nodes.draw_subgroups, ["metrics"]),
}
DOUBTS = [
    "label_doubts",
    "train_images",
    "train_rows",
    "validation_images",
    "validation_rows",
    "params:report",
]
# Read by those figures, but in no model's namespace.
PARAMETERS = {"params:evaluation"}


def create_pipeline(
    architectures: Sequence[str],
    ensembles: Iterable[str],
    arms: Sequence[str] = (),
    sites: Sequence[str] = (),
) -> Pipeline:
    """Create the figures of the data, those of each model and ensemble, and the report.

    Args:
        architectures: Names of the trained models.
        ensembles: Names of the ensembles.
        arms: Names of a study's protocols, the environment's own first; empty without a study.
        sites: Names of the sites that this run measures.
    """
    own = _own(architectures, ensembles)
    drawn = grouped("reporting", _draw(_shared(architectures, own)), "reporting")
    pages = create_pages(architectures, ensembles, arms, sites)
    return sum((_one(name, figures) for name, figures in own.items()), drawn + pages)


def create_pages(
    architectures: Sequence[str],
    ensembles: Iterable[str],
    arms: Sequence[str] = (),
    sites: Sequence[str] = (),
) -> Pipeline:
    """Create the report, the slides and the cards alone, from figures that have been drawn.

    Args:
        architectures: As in `create_pipeline`, and so the others.
        ensembles: As there.
        arms: As there.
        sites: As there.
    """
    own = _own(architectures, ensembles)
    pixels = Node(
        describe_pixels,
        ["train_images", "train_rows"],
        "pixel_statistics",
        name="describe_pixels",
    )
    further = _study(list(own), arms[1:]) if arms else {}
    # On record when these are read, the sites of this run too.
    further |= {f"measured_{site}": f"external.{site}.access_log" for site in sites}
    collect = _collect(architectures, own, list(_shared(architectures, own)), further)
    errors = _errors(architectures, list(own))
    doubts = Node(nodes.draw_doubts, DOUBTS, "doubted_films", name="draw_doubts")
    return grouped(
        "reporting", [pixels, errors, doubts, collect, *_pages(architectures)], "reporting"
    )


def _own(architectures: Sequence[str], ensembles: Iterable[str]) -> dict[str, DrawnOfModel]:
    return {
        **{name: {**TRAINED_FIGURES, **OWN_FIGURES} for name in architectures},
        **dict.fromkeys(ensembles, OWN_FIGURES),
    }


def _shared(architectures: Sequence[str], models: Iterable[str]) -> Drawn:
    return {**FIGURES, **_across(list(models)), **_robustness(architectures)}


def _draw(figures: Drawn) -> list[Node]:
    return [
        Node(function, inputs, name, name=f"draw_{name.removeprefix('figure_')}")
        for name, (function, inputs) in figures.items()
    ]


def _one(name: str, figures: DrawnOfModel) -> Pipeline:
    named = {
        kind: (nodes.drawn_for(name, draw), inputs) for kind, (draw, inputs) in figures.items()
    }
    drawn = Pipeline(_draw(named))
    own = Pipeline(
        drawn,
        namespace=name,
        parameters=drawn.inputs() & PARAMETERS,
        tags=name,
    )
    return grouped("reporting", own, "reporting")


def _across(models: Sequence[str]) -> Drawn:
    metrics = {name: f"{name}.metrics" for name in models}
    scores = {f"scores_{name}": f"{name}.scores" for name in models}
    return {
        "figure_deferral": (nodes.draw_deferral, metrics),
        "figure_decision_curves": (
            nodes.draw_decision_curves,
            {"comparison": "comparison", **metrics},
        ),
        "figure_confusion": (nodes.draw_confusion_matrices, metrics),
        "figure_roc": (nodes.draw_roc_curves, {"comparison": "comparison", **scores}),
    }


def _robustness(architectures: Sequence[str]) -> Drawn:
    # An average of models has no model of its own that could score altered films.
    measured = {name: f"{name}.robustness" for name in architectures}
    return {
        "figure_shift": (nodes.draw_shift, ["shift"]),
        "figure_shortcuts": (nodes.draw_shortcuts, measured),
        "figure_robustness": (nodes.draw_robustness, measured),
    }


def _study(models: Sequence[str], arms: Sequence[str]) -> dict[str, str]:
    logs = {
        f"access_{arm}.{name}": f"{arm}.{name}.test_access_log" for arm in arms for name in models
    }
    return {"study": "study_findings", "figure_study": "figure_study", **logs}


def _collect(
    architectures: Sequence[str],
    own: Mapping[str, Drawn],
    figures: Sequence[str],
    further: Mapping[str, str],
) -> Node:
    inputs = {
        "ingestion_audit": "ingestion_audit",
        "split_audit": "split_audit",
        "comparison": "comparison",
        "significance": "significance",
        "confidence": "params:evaluation.confidence",
        "run": "run_facts",
        "external": "external_results",
        "external_log": "external_access_log",
        "learning_curves": "learning_curves",
        "pixel_statistics": "pixel_statistics",
        "error_films": "error_films",
        "doubted_films": "doubted_films",
        "label_probabilities": "label_probabilities",
        **{name: name for name in figures},
        **{f"history_{name}": f"{name}.history" for name in architectures},
        **{f"origin_{name}": f"{name}.training_record" for name in architectures},
        **{f"settings_{name}": f"params:{name}" for name in architectures},
        **{f"explanations_{name}": f"{name}.explanations" for name in architectures},
        "shift": "shift",
        "acquisition_audit": "acquisition_audit",
        **{f"robustness_{name}": f"{name}.robustness" for name in architectures},
        # All name one file; asking for each makes the pages wait until all are on record.
        **{f"access_{name}": f"{name}.test_access_log" for name in own},
        **{f"access_altered_{name}": f"{name}.variant_access_log" for name in architectures},
        **{f"metrics_{name}": f"{name}.metrics" for name in own},
        **{f"detection_{name}": f"{name}.detection" for name in own},
        **{f"figure_{kind}_{name}": f"{name}.{kind}" for name in own for kind in own[name]},
        **further,
    }
    return Node(collect_findings, inputs, "findings", name="collect_findings")


def _errors(architectures: Sequence[str], models: Sequence[str]) -> Node:
    inputs = {
        "comparison": "comparison",
        "test_images": "test_images",
        "test_rows": "test_rows",
        "options": "params:report",
        **{f"errors_{name}": f"{name}.errors" for name in models},
        **{f"explanations_{name}": f"{name}.explanations" for name in architectures},
        **{f"maps_{name}": f"{name}.attribution_maps" for name in architectures},
    }
    return Node(nodes.draw_errors, inputs, "error_films", name="draw_errors")


def _pages(architectures: Sequence[str]) -> list[Node]:
    read = ["findings", "params:report", "params:evaluation"]
    return [
        Node(nodes.write_report, read, "report", name="write_report"),
        Node(nodes.write_slides, read, "slides", name="write_slides"),
        *(
            Node(
                nodes.model_card_writer(name),
                read,
                f"model_card_{name}",
                name=f"write_model_card_{name}",
            )
            for name in architectures
        ),
    ]

"""images and rows of train and validation → a model on each part → scores → a curve."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.learning_curve import nodes
from pneumoscope.pipelines.training.nodes import check_weights, choose_precision
from pneumoscope.pipelines.training.pipeline import fitted_on

SPACE = "learning_curve"
"""Namespace of all curves; each recipe is one within."""


def create_pipeline(
    architecture: str, shares: Sequence[float], seeds: int, wide: bool = False
) -> Pipeline:
    """Create one training for each share and seed, and the curve of all.

    It is no part of the default run: it trains one recipe many times.

    Args:
        architecture: The block of the recipe.
        shares: Of the patients of train.
        seeds: Orders in which patients come in.
        wide: Whether models are fitted on more of each film than they see in use.
    """
    films = fitted_on(wide)
    fits = {
        f"share_{round(1000 * share):04d}_seed_{number}": (share, number)
        for share in sorted(shares)
        for number in range(seeds)
    }
    recipe = f"params:{architecture}"

    def entry(*rest: str) -> str:
        return ".".join([SPACE, architecture, *rest])

    def node(function: object, inputs: object, outputs: object, name: str) -> Node:
        return Node(function, inputs, outputs, name=name, namespace=entry())  # type: ignore[arg-type]

    first = [
        node(check_weights, [recipe], entry("weights_available"), "check_weights"),
        node(
            choose_precision,
            [films["train_images"], "known_precisions", recipe],
            [entry("precision"), entry("precision_probe")],
            "choose_precision",
        ),
    ]
    trained = [
        node(
            nodes.part_trainer(f"{architecture}, {fit}", share, number),
            {
                **films,
                "weights_available": entry("weights_available"),
                "precision": entry("precision"),
                "checkpoint": entry(fit, "checkpoint"),
                "recipe": recipe,
                "evaluation": "params:evaluation",
                "seed": "params:seed",
            },
            entry(fit, "scores"),
            f"train_{fit}",
        )
        for fit, (share, number) in fits.items()
    ]
    measured = node(
        nodes.curve_measurer(architecture),
        {
            "train_rows": "train_rows",
            "evaluation": "params:evaluation",
            **{f"scores_{fit}": entry(fit, "scores") for fit in fits},
        },
        entry("result"),
        "measure_parts",
    )
    drawn = node(nodes.draw_curve, entry("result"), entry("figure"), "draw_curve")
    return Pipeline([*first, *trained, measured, drawn], tags=SPACE)

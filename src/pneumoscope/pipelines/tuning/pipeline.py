"""images and rows of train and validation → recipes tried, one after the other → a table."""

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.training.nodes import check_weights, choose_precision
from pneumoscope.pipelines.training.pipeline import fitted_on
from pneumoscope.pipelines.tuning.nodes import recipe_searcher, space_checker

SPACE = "tuning"
"""Namespace of all searches; each block is one within."""


def create_pipeline(architecture: str, wide: bool = False) -> Pipeline:
    """Create the search for the recipe of one block; no part of the default run.

    Args:
        architecture: The block.
        wide: Whether models are fitted on more of each film than they see in use.
    """
    films = fitted_on(wide)
    recipe = f"params:{architecture}"

    def entry(name: str) -> str:
        return f"{SPACE}.{architecture}.{name}"

    def node(function: object, inputs: object, outputs: object, name: str) -> Node:
        space = f"{SPACE}.{architecture}"
        return Node(function, inputs, outputs, name=name, namespace=space)  # type: ignore[arg-type]

    return Pipeline(
        [
            node(
                space_checker(architecture), [recipe, "params:tuning"], entry("space"),
                "check_the_space",
            ),
            node(check_weights, [recipe], entry("weights_available"), "check_weights"),
            node(
                choose_precision,
                [films["train_images"], "known_precisions", recipe],
                [entry("precision"), entry("precision_probe")],
                "choose_precision",
            ),
            node(
                recipe_searcher(architecture),
                {
                    **films,
                    "weights_available": entry("weights_available"),
                    "space": entry("space"),
                    "precision": entry("precision"),
                    "studies": f"{architecture}.studies",
                    "recipe": recipe,
                    "tuning": "params:tuning",
                    "evaluation": "params:evaluation",
                    "seed": "params:seed",
                },
                entry("trials"),
                "compare_recipes",
            ),
        ],
        tags=SPACE,
    )  # fmt: skip

"""model, scores, test → cases → maps and how far they can be trusted; train → augmentations."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.naming import FITTED_FILMS
from pneumoscope.pipelines.explanation.nodes import (
    collect_augmentations,
    describe_activations,
    explain_cases,
    select_cases,
)

SHARED = {"train_images", "train_rows", "test_images", "test_rows"}
RADIOGRAPHS, DRAWS = "params:report.augmented_radiographs", "params:report.augmentation_draws"
PARAMETERS = {"params:explanation", "params:evaluation", "params:seed", RADIOGRAPHS, DRAWS}


def create_pipeline(architectures: Sequence[str], wide: bool = False) -> Pipeline:
    """Create one namespaced copy of the template for each model; an ensemble has no maps.

    Args:
        architectures: Names of the models.
        wide: Whether models are fitted on more of each film than they see in use.
    """
    return sum((_one(architecture, wide) for architecture in architectures), Pipeline([]))


def _one(architecture: str, wide: bool) -> Pipeline:
    return Pipeline(
        _template(),
        namespace=architecture,
        inputs={
            **{shared: shared for shared in SHARED},
            "train_images": FITTED_FILMS[wide],  # of which the augmentations are drawn
            **{own: f"{architecture}.{own}" for own in ("scores", "metrics")},
            "model": f"model_{architecture}",
        },
        parameters={
            **{given: given for given in PARAMETERS},
            "params:recipe": f"params:{architecture}",
        },
        tags=["explanation", architecture],
    )


def _template() -> Pipeline:
    return Pipeline(
        [
            Node(select_cases, ["scores", "metrics", "test_rows"], "cases", name="select_cases"),
            Node(
                explain_cases,
                [
                    "model",
                    "test_images",
                    "test_rows",
                    "scores",
                    "cases",
                    "params:explanation",
                    "params:evaluation",
                    "params:seed",
                ],
                ["explanations", "attribution_maps"],
                name="explain_cases",
            ),
            Node(
                describe_activations,
                ["model", "test_images", "test_rows", "cases", "params:explanation"],
                "activation_maps",
                name="describe_activations",
            ),
            Node(
                collect_augmentations,
                [
                    "train_images",
                    "train_rows",
                    "params:recipe",
                    RADIOGRAPHS,
                    DRAWS,
                    "params:seed",
                ],
                "augmentations",
                name="collect_augmentations",
            ),
        ]
    )

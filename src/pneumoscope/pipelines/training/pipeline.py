"""images and rows → a model and its history, once for each architecture."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.training.nodes import check_weights, train_model

SHARED = {
    f"{part}_{what}" for part in ("train", "validation", "stressed") for what in ("images", "rows")
}


def create_pipeline(architectures: Sequence[str]) -> Pipeline:
    """Create one namespaced copy of the template for each architecture."""
    return sum((_one(architecture) for architecture in architectures), Pipeline([]))


def _one(architecture: str) -> Pipeline:
    return Pipeline(
        _template(),
        namespace=architecture,
        inputs=SHARED,
        outputs={"model": f"model_{architecture}"},
        parameters={"params:seed"},
        tags=["training", architecture],
    )


def _template() -> Pipeline:
    return Pipeline(
        [
            Node(
                check_weights,
                ["params:model", "params:fitting"],
                "weights_available",
                name="check_weights",
            ),
            Node(
                train_model,
                [
                    "train_images",
                    "train_rows",
                    "validation_images",
                    "validation_rows",
                    "stressed_images",
                    "stressed_rows",
                    "weights_available",
                    "params:model",
                    "params:augmentation",
                    "params:fitting",
                    "params:seed",
                ],
                ["model", "history"],
                name="train_model",
            ),
        ]
    )

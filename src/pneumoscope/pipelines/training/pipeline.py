"""images, rows and hard films → a model and its history, once for each architecture."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.naming import FITTED_FILMS
from pneumoscope.pipelines.training.nodes import (
    check_weights,
    choose_precision,
    model_trainer,
    record_training,
)
from pneumoscope.run_order import TRAINS

SHARED = {
    f"{part}_{what}" for part in ("train", "validation", "stressed") for what in ("images", "rows")
} | {"pseudo_sites"}

PARAMETERS = {
    "params:seed",
    "params:preprocessing",
    "params:ingestion.working_side",
}


def create_pipeline(architectures: Sequence[str], wide: bool = False) -> Pipeline:
    """Create one namespaced copy of the template for each architecture.

    Args:
        architectures: Names of the models.
        wide: Whether models are fitted on more of each film than they see in use.
    """
    return sum((_one(architecture, wide) for architecture in architectures), Pipeline([]))


def fitted_on(wide: bool) -> dict[str, str]:
    """Return the entries that a fit reads, by what it calls them."""
    return {**{shared: shared for shared in SHARED}, "train_images": FITTED_FILMS[wide]}


def _one(architecture: str, wide: bool) -> Pipeline:
    return Pipeline(
        _template(architecture),
        namespace=architecture,
        inputs={**fitted_on(wide), "known_precisions": "known_precisions"},
        outputs={"model": f"model_{architecture}"},
        parameters={
            "params:recipe": f"params:{architecture}",
            **{shared: shared for shared in PARAMETERS},
        },
        tags=["training", architecture],
    )


def _template(architecture: str) -> Pipeline:
    return Pipeline(
        [
            Node(
                check_weights,
                ["params:recipe"],
                "weights_available",
                name="check_weights",
            ),
            Node(
                choose_precision,
                ["train_images", "known_precisions", "params:recipe"],
                ["precision", "precision_probe"],
                name="choose_precision",
            ),
            Node(
                model_trainer(architecture),
                [
                    "train_images",
                    "train_rows",
                    "validation_images",
                    "validation_rows",
                    "stressed_images",
                    "stressed_rows",
                    "pseudo_sites",
                    "weights_available",
                    "precision",
                    "checkpoint",
                    "params:recipe",
                    "params:seed",
                ],
                ["model", "history"],
                name="train_model",
                tags=TRAINS,
            ),
            Node(
                record_training,
                [
                    "model",
                    "history",
                    "train_rows",
                    "precision",
                    "studies",
                    "params:recipe",
                    "params:preprocessing",
                    "params:ingestion.working_side",
                    "params:seed",
                ],
                "training_record",
                name="record_training",
            ),
        ]
    )

"""splits, manifest → rows of each split → images in their order, and stressed; pseudo-sites."""

from kedro.pipeline import Node, Pipeline

from pneumoscope.naming import FITTED_FILMS, Split
from pneumoscope.pipelines.grouping import grouped
from pneumoscope.pipelines.preprocessing.nodes import (
    group_films,
    select_rows,
    stress_validation,
    transform_fitted_radiographs,
    transform_radiographs,
)


def create_pipeline(wide: bool = False) -> Pipeline:
    """Create the pipeline.

    Args:
        wide: Whether models are fitted on more of each film than they see in use.
    """
    rows = Node(
        select_rows,
        ["splits", "manifest"],
        [f"{split}_rows" for split in Split],
        name="select_rows",
    )
    images = [
        Node(
            transform_radiographs,
            ["decoded_radiographs", f"{split}_rows", "params:preprocessing"],
            f"{split}_images",
            name=f"transform_{split}_radiographs",
        )
        for split in Split
    ]
    if wide:
        images.append(
            Node(
                transform_fitted_radiographs,
                ["decoded_radiographs", "train_rows", "params:preprocessing"],
                FITTED_FILMS[wide],
                name="transform_fitted_radiographs",
            )
        )
    stressed = Node(
        stress_validation,
        ["validation_images", "validation_rows", "params:stress"],
        ["stressed_images", "stressed_rows"],
        name="stress_validation",
    )
    pseudo_sites = Node(
        group_films,
        [
            *(f"{split}_rows" for split in Split),
            "decoded_radiographs",
            "params:acquisition",
            "params:evaluation.confidence",
            "params:seed",
        ],
        ["pseudo_sites", "acquisition_audit"],
        name="group_films",
    )
    return grouped("preprocessing", [rows, pseudo_sites, *images, stressed], tags="data")

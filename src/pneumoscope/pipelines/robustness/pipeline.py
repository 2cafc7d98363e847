"""images → shift; model, images, metrics → scores of altered films → robustness."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.naming import Split
from pneumoscope.pipelines.grouping import grouped
from pneumoscope.pipelines.robustness.nodes import (
    measure_robustness,
    measure_shift,
    score_variants,
    variant_access_recorder,
)

SHARED = {"test_images", "test_rows"}


def create_pipeline(architectures: Sequence[str]) -> Pipeline:
    """Create the shift of the splits and a namespaced copy of the rest for each architecture."""
    films = [f"{split}_{what}" for split in Split for what in ("images", "rows")]
    shift = Node(
        measure_shift,
        [*films, "params:evaluation", "params:seed"],
        "shift",
        name="measure_shift",
        tags=["robustness", "shift"],
    )
    return sum((_one(name) for name in architectures), grouped("robustness", [shift], "robustness"))


def _one(architecture: str) -> Pipeline:
    return Pipeline(
        _template(architecture),
        namespace=architecture,
        inputs={**{name: name for name in SHARED}, "model": f"model_{architecture}"},
        parameters={"params:robustness", "params:evaluation", "params:seed"},
        tags=["robustness", architecture],
    )


def _template(architecture: str) -> Pipeline:
    options = ["params:robustness", "params:evaluation"]
    return Pipeline(
        [
            Node(
                score_variants,
                ["model", "test_images", "test_rows", "metrics", *options, "params:seed"],
                "variant_scores",
                name="score_variants",
            ),
            Node(
                measure_robustness,
                ["variant_scores", "metrics", *options],
                "robustness",
                name="measure_robustness",
            ),
            Node(
                variant_access_recorder(architecture),
                ["robustness", "metrics"],
                "variant_access_log",
                name="record_variant_access",
            ),
        ]
    )

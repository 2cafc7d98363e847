"""model, images → scores → metrics, for each architecture; then the comparison."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.evaluation.nodes import (
    compare_architectures,
    measure_scores,
    score_radiographs,
)

SHARED = {"validation_images", "validation_rows", "test_images", "test_rows", "split_audit"}


def create_pipeline(architectures: Sequence[str]) -> Pipeline:
    """Create one namespaced copy of the template for each architecture, and the comparison."""
    comparison = Node(
        compare_architectures,
        ["params:architectures", *(f"{name}.metrics" for name in architectures)],
        "comparison",
        name="compare_architectures",
        tags=["evaluation", "comparison"],
    )
    return sum((_one(name) for name in architectures), Pipeline([comparison]))


def _one(architecture: str) -> Pipeline:
    return Pipeline(
        _template(),
        namespace=architecture,
        inputs={**{name: name for name in SHARED}, "model": f"model_{architecture}"},
        parameters={"params:evaluation", "params:seed"},
        tags=["evaluation", architecture],
    )


def _template() -> Pipeline:
    return Pipeline(
        [
            Node(
                score_radiographs,
                [
                    "model",
                    "validation_images",
                    "validation_rows",
                    "test_images",
                    "test_rows",
                    "params:evaluation",
                ],
                "scores",
                name="score_radiographs",
            ),
            Node(
                measure_scores,
                ["scores", "split_audit", "params:evaluation", "params:seed"],
                "metrics",
                name="measure_scores",
            ),
        ]
    )

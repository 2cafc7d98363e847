"""model, images → scores → metrics, for each architecture; then the comparisons."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.evaluation.nodes import (
    compare_architectures,
    compare_pairs,
    measure_scores,
    score_radiographs,
    test_access_recorder,
)

SHARED = {
    "validation_images",
    "validation_rows",
    "test_images",
    "test_rows",
    "manifest",
    "split_audit",
}


def create_pipeline(architectures: Sequence[str]) -> Pipeline:
    """Create one namespaced copy of the template for each architecture, and the comparisons."""
    scores = [f"{name}.scores" for name in architectures]
    metrics = [f"{name}.metrics" for name in architectures]
    comparison = Node(
        compare_architectures,
        ["params:architectures", *metrics],
        "comparison",
        name="compare_architectures",
        tags=["evaluation", "comparison"],
    )
    significance = Node(
        compare_pairs,
        ["params:architectures", *scores, *metrics],
        "significance",
        name="compare_pairs",
        tags=["evaluation", "comparison"],
    )
    return sum((_one(name) for name in architectures), Pipeline([comparison, significance]))


def _one(architecture: str) -> Pipeline:
    return Pipeline(
        _template(architecture),
        namespace=architecture,
        inputs={**{name: name for name in SHARED}, "model": f"model_{architecture}"},
        parameters={"params:evaluation", "params:seed"},
        tags=["evaluation", architecture],
    )


def _template(architecture: str) -> Pipeline:
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
                ["scores", "scored_by"],
                name="score_radiographs",
            ),
            Node(
                measure_scores,
                [
                    "scores",
                    "scored_by",
                    "manifest",
                    "split_audit",
                    "params:evaluation",
                    "params:seed",
                ],
                "metrics",
                name="measure_scores",
            ),
            Node(
                test_access_recorder(architecture),
                "metrics",
                "test_access_log",
                name="record_test_access",
            ),
        ]
    )

"""manifest → splits → rebalanced splits, checked."""

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.grouping import grouped
from pneumoscope.pipelines.rebalancing.nodes import assign_splits, check_splits, rebalance_training


def create_pipeline() -> Pipeline:
    """Create the pipeline."""
    options, seed = "params:split", "params:seed"
    return grouped(
        "rebalancing",
        [
            Node(
                assign_splits,
                ["manifest", "similar_radiographs", options, seed],
                "assigned_splits",
                name="assign_splits",
            ),
            Node(
                rebalance_training,
                ["assigned_splits", "manifest", options, seed],
                "rebalanced_splits",
                name="rebalance_training",
            ),
            Node(
                check_splits,
                [
                    "assigned_splits",
                    "rebalanced_splits",
                    "manifest",
                    "similar_radiographs",
                    options,
                ],
                ["splits", "split_audit", "similar_across_splits"],
                name="check_splits",
            ),
        ],
        tags="data",
    )

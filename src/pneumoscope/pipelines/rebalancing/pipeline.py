"""manifest → splits → rebalanced splits, proven."""

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.rebalancing.nodes import assign_splits, prove_splits, rebalance_training


def create_pipeline() -> Pipeline:
    """Create the pipeline."""
    options, seed = "params:split", "params:seed"
    return Pipeline(
        [
            Node(
                assign_splits, ["manifest", options, seed], "assigned_splits", name="assign_splits"
            ),
            Node(
                rebalance_training,
                ["assigned_splits", "manifest", options, seed],
                "rebalanced_splits",
                name="rebalance_training",
            ),
            Node(
                prove_splits,
                ["assigned_splits", "rebalanced_splits", "manifest", options],
                ["splits", "split_audit"],
                name="prove_splits",
            ),
        ],
        tags="data",
    )

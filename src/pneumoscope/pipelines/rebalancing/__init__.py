"""Split by patient and rebalance the training rows."""

from pneumoscope.pipelines.rebalancing.pipeline import create_pipeline

__all__ = ["create_pipeline"]

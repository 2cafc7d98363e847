"""Train one model for each architecture."""

from pneumoscope.pipelines.training.pipeline import create_pipeline

__all__ = ["create_pipeline"]

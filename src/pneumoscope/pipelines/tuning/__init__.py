"""Search for the recipe that does best on validation."""

from pneumoscope.pipelines.tuning.pipeline import create_pipeline

__all__ = ["create_pipeline"]

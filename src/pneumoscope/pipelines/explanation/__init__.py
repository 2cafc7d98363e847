"""Explain decisions of each model by attribution maps, and check the maps."""

from pneumoscope.pipelines.explanation.pipeline import create_pipeline

__all__ = ["create_pipeline"]

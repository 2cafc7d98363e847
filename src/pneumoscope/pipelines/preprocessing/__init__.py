"""Bring every radiograph to the shape that models see."""

from pneumoscope.pipelines.preprocessing.pipeline import create_pipeline

__all__ = ["create_pipeline"]

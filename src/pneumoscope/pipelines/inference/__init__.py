"""Predict radiographs that nobody has labelled."""

from pneumoscope.pipelines.inference.pipeline import create_pipeline

__all__ = ["create_pipeline"]

"""Obtain the radiographs."""

from pneumoscope.pipelines.fetch.pipeline import create_pipeline

__all__ = ["create_pipeline"]

"""Labelled films of other sites, measured with all that was locked."""

from pneumoscope.pipelines.external.pipeline import create_pipeline

__all__ = ["create_pipeline"]

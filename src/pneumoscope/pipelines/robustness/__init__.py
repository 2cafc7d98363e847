"""Measure shift, look for shortcuts and degrade the films of test."""

from pneumoscope.pipelines.robustness.pipeline import create_pipeline

__all__ = ["create_pipeline"]

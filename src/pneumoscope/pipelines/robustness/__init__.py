"""Measure covariate shift, shortcuts by occlusion, and robustness to degradation."""

from pneumoscope.pipelines.robustness.pipeline import create_pipeline

__all__ = ["create_pipeline"]

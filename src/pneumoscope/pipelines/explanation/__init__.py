"""Explain what each model decided, and put the explanations to the test."""

from pneumoscope.pipelines.explanation.pipeline import create_pipeline

__all__ = ["create_pipeline"]

"""Score the radiographs and say how good the scores are."""

from pneumoscope.pipelines.evaluation.pipeline import create_comparison, create_pipeline

__all__ = ["create_comparison", "create_pipeline"]

"""Export a model that was evaluated, for programs that know nothing of this project."""

from pneumoscope.pipelines.exchange.pipeline import create_pipeline

__all__ = ["create_pipeline"]

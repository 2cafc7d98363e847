"""Read the radiographs and doubt them."""

from pneumoscope.pipelines.ingestion.pipeline import create_pipeline

__all__ = ["create_pipeline"]

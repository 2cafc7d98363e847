"""Read and audit the radiographs."""

from pneumoscope.pipelines.ingestion.pipeline import create_pipeline

__all__ = ["create_pipeline"]

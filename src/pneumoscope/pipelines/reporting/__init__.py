"""Draw the figures and write the report."""

from pneumoscope.pipelines.reporting.pipeline import create_pages, create_pipeline

__all__ = ["create_pages", "create_pipeline"]

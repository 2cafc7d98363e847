"""Put an exported model into a web page that needs no service."""

from pneumoscope.pipelines.web_page.pipeline import create_pipeline

__all__ = ["create_pipeline"]

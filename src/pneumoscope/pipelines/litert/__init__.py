"""Export a model that was evaluated as a LiteRT file; the nodes are those of the exchange."""

from pneumoscope.pipelines.exchange.pipeline import create_litert_pipeline as create_pipeline

__all__ = ["create_pipeline"]

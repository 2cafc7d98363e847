"""Repeat a published study under its own protocol and under an honest one."""

from pneumoscope.pipelines.study.pipeline import create_pipeline

__all__ = ["create_pipeline"]

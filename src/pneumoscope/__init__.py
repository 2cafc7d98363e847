"""Train, compare and honestly evaluate pneumonia classifiers on chest radiographs."""

__version__ = "0.1.0"

NOTICE = "For research and teaching. Not for diagnosis."
"""Shown wherever a result is shown."""

"""Train, compare and honestly evaluate pneumonia classifiers on chest radiographs."""

import os

__version__ = "0.1.0"

NOTICE = "For research and teaching. Not for diagnosis."
"""Shown wherever a result is shown."""

# TensorFlow's notices on the processor's instructions would bury the progress lines.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

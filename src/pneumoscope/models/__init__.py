"""Architectures, augmentation and fitting in Keras 3; importing the package loads no Keras."""

import os

# TensorFlow's notices on the processor's instructions bury the progress lines.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

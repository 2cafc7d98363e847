"""Architectures, augmentation and fitting in Keras 3; importing the package loads no Keras."""

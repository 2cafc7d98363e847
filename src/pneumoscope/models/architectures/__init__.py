"""The architectures, their registry and their pretrained weights."""

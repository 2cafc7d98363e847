"""The pipelines: what happens, and when."""

"""Train one recipe on growing parts of train, to see whether more films would help."""

from pneumoscope.pipelines.learning_curve.pipeline import create_pipeline

__all__ = ["create_pipeline"]

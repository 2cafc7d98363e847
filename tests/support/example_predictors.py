"""Predictors of models in memory, without an export or a finished run."""

from collections.abc import Mapping
from typing import Any

from example_references import false_alarms, reference

from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.inference.keras_scorer import KerasScorer
from pneumoscope.inference.predictions import locked_by
from pneumoscope.inference.predictor import Predictor
from pneumoscope.models.contract import ensemble_contract
from pneumoscope.options import (
    DecodingOptions,
    ExplanationOptions,
    InferenceOptions,
    PreprocessingOptions,
)
from pneumoscope.out_of_distribution.records import Contracted

EXPLANATION = ExplanationOptions.model_validate({"smooth_grad": {"copies": 2}})


def in_memory(
    models: Mapping[str, Any],
    metrics: ModelMetrics,
    preprocessing: PreprocessingOptions,
    decoding: DecodingOptions,
    options: InferenceOptions | None = None,
    **changes: Any,
) -> Predictor:
    """Predict by the mean of models in Keras, with references on noise."""
    name = "and".join(models)
    references = {
        own: reference(model_fingerprint(model), model.layers[-1].input.shape[-1])
        for own, model in models.items()
    }
    contracted = Contracted(false_alarms(metrics.model.fingerprint), members=references)
    scorer = KerasScorer(models, preprocessing, EXPLANATION, 1)
    given = {
        "scorer": scorer,
        "contract": ensemble_contract(name, metrics, contracted),
        "locked": locked_by(name, metrics, options or InferenceOptions()),
        "decoding": decoding,
        "synthetic": False,
        "keras": lambda: scorer,
    }
    return Predictor(**{**given, **changes})

"""The nodes of the exchange, called as its pipeline calls them, on what the examples evaluated."""

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pandas as pd
from example_exports import INGESTION, Evaluated
from keras.layers import BatchNormalization

from pneumoscope.evaluation.lock import Lock, lock_as_record
from pneumoscope.exchange.records import Parity
from pneumoscope.naming import ExportFormat, Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.pipelines.exchange import nodes

EVALUATION = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}, "batch_size": 2})

Graphs = tuple[bytes, bytes]
"""From preprocessed radiographs, and from films."""


SPREAD = 0.2
"""Standard deviation of the logits of films by a model whose weights are random."""


def settle(model: keras.Model, images: np.ndarray) -> None:
    """Have random weights tell films well apart.

    Batch norm takes the statistics of the images, as by training, and the head spreads scores. Not
    for deep models: of random weights they amplify a grey level as much as another film.
    """
    given = images.astype(np.float32)
    norms = [one for one in model._flatten_layers() if isinstance(one, BatchNormalization)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    model(given, training=True)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    head = model.get_layer("score")
    kernel, bias = head.get_weights()
    scores = np.asarray(model(given, training=False), dtype=np.float64)
    logits = np.log(scores / (1 - scores))
    factor = SPREAD / logits.std()
    head.set_weights([factor * kernel, factor * (bias - logits.mean())])


def apart(films: Evaluated) -> Evaluated:
    """Lock the threshold in the widest gap between two scores."""
    scores = np.sort(films.scores.astype(np.float64))
    widest = int(np.argmax(np.diff(scores)))
    return replace(films, threshold=float(scores[widest : widest + 2].mean()))


def locks(films: Evaluated, **changes: Any) -> dict:
    """Give the lock of what was evaluated, as it lies in `locks.json`."""
    point = films.metrics.operating_point
    lock = Lock(films.fingerprint, "s" * 64, {}, Metric.AUROC, point)
    return lock_as_record(replace(lock, **changes))


def converted(films: Evaluated, form: ExportFormat = ExportFormat.ONNX, **changes: Any) -> Graphs:
    """Convert what was evaluated, by the node of a format."""
    given = {
        "metrics": films.metrics, "false_alarms": films.limits, "locks": locks(films),
        "preprocessing": films.preprocessing, "working_side": INGESTION.working_side,
        **films.members, **changes,
    }  # fmt: skip
    onnx = form is ExportFormat.ONNX
    return (nodes.convert_model if onnx else nodes.convert_to_litert)(**given)


def compared(
    films: Evaluated, graphs: Graphs, form: ExportFormat = ExportFormat.ONNX, **changes: Any
) -> Parity:
    """Compare both graphs with what was evaluated, by the node of a format."""
    rows = films.rows.drop(columns=["score", "distance"])
    # As measured of each kind; what is compared is the farthest.
    away = films.rows[["radiograph_id"]].assign(
        pixels=films.distance, layout=-9.0, features=-9.0, orientation="", film="as it is"
    )
    altered = away.assign(pixels=99.0, film="inverted")
    given = {
        "scores": films.rows.sample(frac=1, random_state=1),
        "metrics": films.metrics,
        "validation_images": films.images[:3],
        "validation_rows": rows[:3],
        "test_images": films.images[3:],
        "test_rows": rows[3:].reset_index(drop=True),
        "decoded": films.decoded,
        "evaluation": EVALUATION,
        "false_alarms": films.limits,
        "validation_distances": away[:3].drop(columns="film"),
        "test_distances": pd.concat([away[3:], altered[3:]]),
        **{f"reference_{name}": one for name, one in films.references.items()},
    }
    compare = nodes.runtime_comparer(form)
    return compare(*graphs, **{**given, **changes})

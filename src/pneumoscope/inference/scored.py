"""New radiographs scored and compared with those of train in one pass, batch by batch."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pneumoscope.inference.films import PreprocessedFilms
from pneumoscope.naming import Column
from pneumoscope.out_of_distribution.distances import (
    FEATURES,
    PIXELS,
    describe,
    distance_of,
    measure,
    orientations,
)
from pneumoscope.out_of_distribution.false_alarms import is_beyond, shares_beyond
from pneumoscope.out_of_distribution.records import FalseAlarms, Reference
from pneumoscope.out_of_distribution.wording import reasons


def score_films(
    models: Mapping[str, Any],
    references: Mapping[str, Reference],
    limits: FalseAlarms,
    films: PreprocessedFilms,
    batch_size: int,
) -> pd.DataFrame:
    """Score films by a model, or by the mean of several, and tell which are unlike those of train.

    Args:
        models: Name to model.
        references: Name to what train looks like to it.
        limits: Which distance is too far, for the model or for all of them together.
        films: The films, one or more.
        batch_size: Films at a time.

    Returns:
        One row a film: score, out_of_distribution, out_of_distribution_p and
        out_of_distribution_reason, empty where it is not.
    """
    first, *others = models
    score, measured, pixels = _first(models[first], references[first], films, batch_size, first)
    scores, features = [score], [measured[FEATURES].to_numpy()]
    for name in others:
        score, away = _other(models[name], references[name], films, batch_size, name)
        scores.append(score)
        features.append(away)
    measured = measured.assign(**{FEATURES: np.mean(features, axis=0)})
    distance = distance_of(measured)
    beyond = is_beyond(limits, distance)
    return pd.DataFrame(
        {
            Column.SCORE: np.mean(scores, axis=0, dtype=np.float64).astype(np.float32),
            Column.OUT_OF_DISTRIBUTION: beyond,
            Column.OUT_OF_DISTRIBUTION_P: shares_beyond(limits, distance),
            Column.OUT_OF_DISTRIBUTION_REASON: reasons(
                measured, pixels, beyond, references[first], limits
            ),
        }
    )


def _first(
    model: Any, reference: Reference, films: PreprocessedFilms, batch_size: int, name: str
) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
    from pneumoscope.models.scoring import score_and_describe

    scores, parts, pixels = [], [], []
    batches = score_and_describe(model, films, batch_size, f"scoring with {name}")
    for batch, score, features in batches:
        numbers = {**describe(batch), FEATURES: features.astype(np.float64)}
        scores.append(score)
        pixels.append(numbers[PIXELS])
        parts.append(measure(reference, numbers, orientations(batch)))
    measured = pd.concat(parts, ignore_index=True)
    return np.concatenate(scores), measured, np.concatenate(pixels)


def _other(
    model: Any, reference: Reference, films: PreprocessedFilms, batch_size: int, name: str
) -> tuple[np.ndarray, np.ndarray]:
    from pneumoscope.models.scoring import score_and_describe

    batches = score_and_describe(model, films, batch_size, f"scoring with {name}")
    found = [
        (score, measure(reference, {FEATURES: features.astype(np.float64)})[FEATURES].to_numpy())
        for _, score, features in batches
    ]
    return np.concatenate([s for s, _ in found]), np.concatenate([away for _, away in found])

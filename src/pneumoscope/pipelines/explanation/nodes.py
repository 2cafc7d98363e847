"""A fixed choice of decisions explained, the explanations tested, the channels shown."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.arrays import evenly_spread
from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.explanation import cases as choice
from pneumoscope.explanation.outside import outside_share, summarise_outside
from pneumoscope.explanation.records import Case, Cases, Explanations, Outside, SanityCheck
from pneumoscope.explanation.sanity import rank_correlations, summarise_sanity
from pneumoscope.naming import Column, Label, Split
from pneumoscope.options import EvaluationOptions, ExplanationOptions, Recipe
from pneumoscope.radiographs.fields import central_field
from pneumoscope.radiographs.recorded import evenly_shown, may_be_shown

Arrays = dict[str, NDArray[Any]]


def select_cases(scores: pd.DataFrame, metrics: ModelMetrics, test_rows: pd.DataFrame) -> Cases:
    """Choose the test radiographs to explain, at the locked threshold, if they may be shown."""
    tested = scores[scores[Column.SPLIT] == Split.TEST]
    shown = test_rows.loc[may_be_shown(test_rows), Column.RADIOGRAPH_ID]
    open_to_all = tested[tested[Column.RADIOGRAPH_ID].isin(shown)]
    chosen = choice.select_cases(open_to_all, metrics.operating_point.threshold)
    if len(open_to_all) == len(tested):
        return chosen
    of_those = ", of those that may be shown"
    missing = {outcome: reason + of_those for outcome, reason in chosen.missing.items()}
    return replace(chosen, missing=missing)


def explain_cases(
    model: Any,
    test_images: ShardedImages,
    test_rows: pd.DataFrame,
    scores: pd.DataFrame,
    cases: Cases,
    options: ExplanationOptions,
    evaluation: EvaluationOptions,
    seed: int,
) -> tuple[Explanations, Arrays]:
    """Map what spoke for each decision; test the maps on untrained models and off the centre.

    Returns:
        The explanations, and as arrays in the order of the cases `films`
        (n, height, width) and `maps`, of the same shape.
    """
    from pneumoscope.models.explain.attribution import enlarge, method_of

    films = test_images[_positions(cases.chosen, test_rows)]
    towards = np.array([_direction(case) for case in cases.chosen])
    maps = _attribute(model, films, towards, options, seed)
    shown = enlarge(maps, films.shape[1:3])
    chosen = [
        replace(case, outside=None if np.isnan(share) else float(share))
        for case, share in zip(cases.chosen, outside_share(shown), strict=True)
    ]
    explanations = Explanations(
        **method_of(model, options),
        map_size=(maps.shape[1], maps.shape[2]),
        threshold=cases.threshold,
        cases=chosen,
        missing=cases.missing,
        sanity=_sanity(model, films, towards, maps, options, seed),
        outside=_outside(model, test_images, test_rows, scores, cases, options, evaluation, seed),
    )
    return explanations, {"films": films[..., 0], "maps": shown}


def describe_activations(
    model: Any,
    test_images: ShardedImages,
    test_rows: pd.DataFrame,
    cases: Cases,
    options: ExplanationOptions,
) -> Arrays:
    """Read the channels of several layers on one radiograph of each class.

    Returns:
        `films` (n, height, width) in the order of `class_representatives`, and the arrays of
        `channel_arrays`.
    """
    from pneumoscope.models.explain.activations import channel_arrays

    films = test_images[_positions(choice.class_representatives(cases.chosen), test_rows)]
    return {
        "films": films[..., 0],
        **channel_arrays(model, films, options.layers, options.channels),
    }


def collect_augmentations(
    train_images: ShardedImages,
    train_rows: pd.DataFrame,
    recipe: Recipe,
    radiographs: int,
    draws: int,
    seed: int,
) -> Arrays:
    """Change some training radiographs as the augmentation of a model does.

    Returns:
        `films` (n, height, width, 1) as stored, `changed` (draws, n, height, width, 1), and
        `labels` (n), the class of each.
    """
    from pneumoscope.models.training.augmentation_samples import draw_augmentations

    chosen = evenly_shown(train_rows, radiographs)
    films = train_images[np.array(chosen)]
    return {
        "films": films,
        "changed": draw_augmentations(films, recipe.augmentation, draws, seed),
        "labels": train_rows[Column.LABEL].iloc[chosen].to_numpy(dtype=str),
    }


def _attribute(
    model: Any,
    films: NDArray[np.uint8],
    towards: NDArray[np.int64],
    options: ExplanationOptions,
    seed: int,
) -> NDArray[np.float32]:
    from pneumoscope.models.explain.attribution import attribute

    return attribute(model, films, towards, options, seed)


def _sanity(
    model: Any,
    films: NDArray[np.uint8],
    towards: NDArray[np.int64],
    maps: NDArray[np.float32],
    options: ExplanationOptions,
    seed: int,
) -> SanityCheck:
    """Compare maps with those of untrained copies, at the size at which they were computed."""
    from pneumoscope.models.explain.attribution import untrained

    correlations = [
        rank_correlations(
            maps, _attribute(untrained(model, seed + draw), films, towards, options, seed)
        )
        for draw in range(1, options.randomisations + 1)
    ]
    return summarise_sanity(correlations, options.alike)


def _outside(
    model: Any,
    test_images: ShardedImages,
    test_rows: pd.DataFrame,
    scores: pd.DataFrame,
    cases: Cases,
    options: ExplanationOptions,
    evaluation: EvaluationOptions,
    seed: int,
) -> Outside:
    """Measure over a sample how much attribution lies outside the centre."""
    from pneumoscope.models.explain.attribution import enlarge

    spread = evenly_spread(test_rows[Column.LABEL], options.sample)
    chosen = sorted(chain.from_iterable(spread.values()))
    rows = test_rows.iloc[chosen].reset_index(drop=True)
    tested = scores[scores[Column.SPLIT] == Split.TEST].set_index(Column.RADIOGRAPH_ID)
    scored = tested[Column.SCORE].loc[rows[Column.RADIOGRAPH_ID]]
    towards = choice.directions(scored, cases.threshold).to_numpy()
    films = test_images[np.array(chosen)]
    maps = enlarge(_attribute(model, films, towards, options, seed), films.shape[1:3])
    classes = summarise_outside(outside_share(maps), rows, evaluation.confidence)
    return Outside(float((~central_field(films.shape[1:3])).mean()), classes)


def _positions(chosen: Sequence[Case], test_rows: pd.DataFrame) -> NDArray[np.intp]:
    positions = pd.Series(np.arange(len(test_rows)), index=test_rows[Column.RADIOGRAPH_ID])
    return positions.loc[[case.radiograph_id for case in chosen]].to_numpy()


def _direction(case: Case) -> int:
    return 1 if case.predicted == Label.PNEUMONIA else -1

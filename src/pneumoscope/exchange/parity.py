"""Proof that an exported model gives what the evaluation measured, film by film."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.errors import InputError
from pneumoscope.exchange.extra import needs_extra
from pneumoscope.exchange.graph import FILMS, RADIOGRAPH, SCORE
from pneumoscope.exchange.records import Parity
from pneumoscope.naming import Column, Split
from pneumoscope.progress import track

if TYPE_CHECKING:
    import onnxruntime

    from pneumoscope.models.training.batches import RadiographArray

MOST_APART_CORE = 1e-5
"""Of a score, on equal pixels: what another order of summing leaves."""

MOST_APART_FILM = 5e-3
"""Of a score, on equal films: what a grey level here and there makes of it."""

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Compared:
    """Films that the evaluation has scored.

    Attributes:
        rows: Columns split, path and score, as evaluated.
        images: What the model saw of each row, uint8 (n, height, width, 1), by split.
        decoded: Path to the decoded film, uint8 (rows, columns).
    """

    rows: pd.DataFrame
    images: Mapping[Split, RadiographArray]
    decoded: Mapping[str, NDArray[np.uint8]]


def session_of(model: bytes) -> onnxruntime.InferenceSession:
    """Load a serialised model into onnxruntime, on the processor.

    Raises:
        InputError: onnxruntime is not installed.
    """
    with needs_extra("export"):
        import onnxruntime

    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])


def check_parity(
    core: bytes,
    film: bytes,
    compared: Compared,
    threshold: float,
    batch_size: int,
) -> Parity:
    """Score all films with an exported model, and refuse it unless it agrees with the evaluation.

    Args:
        core: From preprocessed radiographs to the score.
        film: From films to the score.
        compared: The films of validation and test.
        threshold: The locked one.
        batch_size: Radiographs that the core scores at once.

    Raises:
        InputError: A score differs by more than `MOST_APART_CORE` or `MOST_APART_FILM`, a film
            falls on the other side of the threshold, or there is none to compare.
    """
    if compared.rows.empty:
        raise InputError(
            "films of validation or test to compare an export on",
            "none",
            "Run kedro run --pipelines=evaluation.",
        )
    evaluated = compared.rows[Column.SCORE].to_numpy(dtype=np.float32)
    of_core = np.concatenate(list(_core_scores(core, compared, batch_size)))
    of_film = np.concatenate(list(_film_scores(film, compared)))
    apart = _check_close("core", of_core, evaluated, MOST_APART_CORE)
    film_apart = _check_close("film graph", of_film, evaluated, MOST_APART_FILM)
    for what, scores in (("core", of_core), ("film graph", of_film)):
        _check_decisions(what, scores, evaluated, threshold)
    counts = compared.rows[Column.SPLIT].value_counts()
    with needs_extra("export"):
        import onnxruntime

    return Parity(
        films={Split(str(split)): int(count) for split, count in counts.items()},
        core=apart,
        film=film_apart,
        decisions_changed=0,
        runtime=f"onnxruntime {onnxruntime.__version__}",
    )


def _core_scores(core: bytes, compared: Compared, batch_size: int) -> Iterator[Scores]:
    session = session_of(core)
    for split, rows in compared.rows.groupby(Column.SPLIT, sort=False):
        images = compared.images[Split(str(split))]
        for start in range(0, len(rows), batch_size):
            chosen = np.arange(start, min(start + batch_size, len(rows)))
            yield _scores(session, RADIOGRAPH, images[chosen].astype(np.float32))


def _film_scores(film: bytes, compared: Compared) -> Iterator[Scores]:
    session = session_of(film)
    paths = compared.rows[Column.PATH]
    for path in track(paths, len(paths), "scoring films with the export"):
        yield _scores(session, FILMS, compared.decoded[path][np.newaxis])


def _scores(session: onnxruntime.InferenceSession, name: str, given: NDArray) -> Scores:
    (found,) = session.run([SCORE], {name: given})
    scores: Scores = found[:, 0]
    return scores


def _check_close(what: str, scores: Scores, evaluated: Scores, most: float) -> float:
    differences = np.abs(scores.astype(np.float64) - evaluated)
    largest = float(np.max(differences))
    # Written so that NaN is refused too.
    if not largest <= most:
        count = int(np.sum(~(differences <= most)))
        raise InputError(
            f"scores of the exported {what} within {most:g} of those that were evaluated",
            f"{count:,} of {len(scores):,} further away, up to {largest:.2g}",
            "Nothing was exported; predict with kedro run --pipelines=inference. If the evaluation "
            "ran on another machine, repeat it here.",
        )
    return largest


def _check_decisions(what: str, scores: Scores, evaluated: Scores, threshold: float) -> None:
    changed = int(((scores >= threshold) != (evaluated >= threshold)).sum())
    if changed:
        raise InputError(
            f"the exported {what} to decide as was evaluated at the threshold {threshold:g}",
            f"{changed:,} of {len(scores):,} films called otherwise",
            "Nothing was exported; predict with kedro run --pipelines=inference.",
        )

"""Proof that an exported model gives what the evaluation measured, film by film."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.arrays import FloatArray
from pneumoscope.errors import InputError
from pneumoscope.exchange.graph import FEATURES, FILMS, PREPARED, RADIOGRAPH, SCORE
from pneumoscope.exchange.records import Parity
from pneumoscope.extras import needs_extra
from pneumoscope.naming import Column, Split
from pneumoscope.out_of_distribution.distances import DISTANCE
from pneumoscope.out_of_distribution.false_alarms import is_beyond
from pneumoscope.out_of_distribution.judgement import measured_distance
from pneumoscope.out_of_distribution.records import Contracted
from pneumoscope.progress import track

if TYPE_CHECKING:
    import onnxruntime

    from pneumoscope.models.training.batches import RadiographArray

MOST_APART_CORE = 1e-5
"""Of a score, on equal pixels: what another order of summing leaves."""

MOST_APART_FILM = 5e-3
"""Of a score, on equal films: what a grey level here and there makes of it."""

MOST_APART_DISTANCE = 0.1
"""Of a distance from train, in steps of the usual spread, on equal films; as locks compare them."""

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Compared:
    """Films that the evaluation has scored.

    Attributes:
        rows: Columns split, path, score and distance, as evaluated.
        images: What the model saw of each row, uint8 (n, height, width, 1), by split.
        decoded: Path to the decoded film, uint8 (rows, columns).
        contracted: What train looks like, and which distance from it is too far.
    """

    rows: pd.DataFrame
    images: Mapping[Split, RadiographArray]
    decoded: Mapping[str, NDArray[np.uint8]]
    contracted: Contracted


class Session(Protocol):
    """A model that is loaded."""

    def run(self, names: Sequence[str], given: Mapping[str, NDArray]) -> Any:
        """Return the outputs of these names."""


@dataclass(frozen=True)
class Runtime:
    """What runs exported models.

    Attributes:
        package: That is imported for it.
        load: From a serialised model to its session.
        name: What it is called where it is not called like the package.
    """

    package: str
    load: Callable[[bytes], Session]
    name: str = ""

    def __str__(self) -> str:
        """Name and version."""
        return f"{self.name or self.package} {import_module(self.package).__version__}"


def session_of(model: bytes) -> onnxruntime.InferenceSession:
    """Load a serialised model into onnxruntime, on the processor.

    Raises:
        InputError: onnxruntime is not installed.
    """
    with needs_extra("export"):
        import onnxruntime

    options = onnxruntime.SessionOptions()
    # Else its threads look out for more work, at full speed, while the next film is decoded.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


ONNXRUNTIME = Runtime("onnxruntime", session_of)


def check_parity(
    core: bytes,
    film: bytes,
    compared: Compared,
    threshold: float,
    batch_size: int,
    runtime: Runtime,
) -> Parity:
    """Score all films with an exported model, and refuse it unless it agrees with the evaluation.

    Args:
        core: From preprocessed radiographs to the score.
        film: From films to score, features and what the model saw.
        compared: The films of validation and test.
        threshold: The locked one.
        batch_size: Radiographs that the core scores at once.
        runtime: What runs both.

    Raises:
        InputError: A score differs by more than `MOST_APART_CORE` or `MOST_APART_FILM`, or a
            distance from train by more than `MOST_APART_DISTANCE`, a film falls on the other side
            of the threshold, or there is none to compare.
    """
    if compared.rows.empty:
        raise InputError(
            "films of validation or test to compare an export on",
            "none",
            "Run kedro run --pipelines=evaluation.",
        )
    evaluated = compared.rows[Column.SCORE].to_numpy(dtype=np.float32)
    by_core, by_film = runtime.load(core), runtime.load(film)
    of_core = np.concatenate(list(_core_scores(by_core, compared, batch_size)))
    of_film, distance = map(np.concatenate, zip(*_films_measured(by_film, compared), strict=True))
    apart = _check_close("scores of the exported core", of_core, evaluated, MOST_APART_CORE)
    film_apart = _check_close(
        "scores of the exported film graph", of_film, evaluated, MOST_APART_FILM
    )
    measured = compared.rows[DISTANCE].to_numpy(dtype=np.float64)
    away = _check_close(
        "distances from train by the exported film graph", distance, measured, MOST_APART_DISTANCE
    )
    flags = [is_beyond(compared.contracted.false_alarms, one) for one in (distance, measured)]
    for what, scores in (("core", of_core), ("film graph", of_film)):
        _check_decisions(what, scores, evaluated, threshold)
    counts = compared.rows[Column.SPLIT].value_counts()
    return Parity(
        films={Split(str(split)): int(count) for split, count in counts.items()},
        core=apart,
        film=film_apart,
        decisions_changed=0,
        distance=away,
        flags_changed=int((flags[0] != flags[1]).sum()),
        runtime=str(runtime),
    )


def _core_scores(session: Session, compared: Compared, batch_size: int) -> Iterator[Scores]:
    for split, rows in compared.rows.groupby(Column.SPLIT, sort=False):
        images = compared.images[Split(str(split))]
        for start in range(0, len(rows), batch_size):
            chosen = np.arange(start, min(start + batch_size, len(rows)))
            yield _scores(session, RADIOGRAPH, images[chosen].astype(np.float32))


def _films_measured(session: Session, compared: Compared) -> Iterator[tuple[Scores, FloatArray]]:
    """Give score and distance from train of each film, (1,) each."""
    paths = compared.rows[Column.PATH]
    for path in track(paths, len(paths), "scoring films with the export"):
        given = {FILMS: compared.decoded[path][np.newaxis]}
        scores, features, prepared = session.run([SCORE, FEATURES, PREPARED], given)
        images = prepared.astype(np.uint8)
        yield scores[:, 0], measured_distance(images, features, compared.contracted)


def _scores(session: Session, name: str, given: NDArray) -> Scores:
    (found,) = session.run([SCORE], {name: given})
    scores: Scores = found[:, 0]
    return scores


def _check_close(what: str, given: NDArray, evaluated: NDArray, most: float) -> float:
    differences = np.abs(given.astype(np.float64) - evaluated)
    largest = float(np.max(differences))
    # Written so that NaN is refused too.
    if not largest <= most:
        count = int(np.sum(~(differences <= most)))
        raise InputError(
            f"{what} within {most:g} of those that were evaluated",
            f"{count:,} of {len(given):,} further away, up to {largest:.2g}",
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

"""What frozen ImageNet features give for films, and logistic heads on them, over seeds and cuts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from ablation_cuts import CUTS, Cut, labels_and_patients
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pneumoscope.exchange.core import core_graph
from pneumoscope.models.architectures.registry import build
from pneumoscope.models.training.execution import prepare_backend
from pneumoscope.options import ModelOptions

CHUNK, PENALTY, DRAWS = 64, 0.01, 500


class Features:
    """What the backbone gives for films; kept in a folder."""

    def __init__(self, block: dict[str, Any], side: int, into: Path) -> None:
        """Name the backbone, its side, and where features are kept."""
        self._options = ModelOptions.model_validate({**block["model"], "side": None})
        self._side, self._into, self._session = side, into, None
        into.mkdir(parents=True, exist_ok=True)

    def of(self, name: str, films: Callable[[], np.ndarray]) -> np.ndarray:
        """Give the features (n, features) of films, uint8 (n, side, side, 1)."""
        file = self._into / f"{name.replace(' ', '_')}.npy"
        if not file.exists():
            images = films()
            found = [self._run(images[at : at + CHUNK]) for at in range(0, len(images), CHUNK)]
            np.save(file, np.concatenate(found))
            print(f"features of {name}", flush=True)
        return np.asarray(np.load(file))

    def _run(self, chunk: np.ndarray) -> np.ndarray:
        if self._session is None:
            prepare_backend(0)
            model = build(self._options, (self._side, self._side, 1), 0, "float32")
            limits = onnxruntime.SessionOptions()
            limits.intra_op_num_threads = 2
            limits.add_session_config_entry("session.intra_op.allow_spinning", "0")
            graph = core_graph(model).SerializeToString()
            self._session = onnxruntime.InferenceSession(graph, limits)
        (row,) = self._session.run(["features"], {"radiograph": chunk.astype(np.float32)})
        return np.asarray(row)


def all_cuts(rows: pd.DataFrame) -> dict[str, Cut]:
    """Return the ablation's cuts by periphery, and each pseudo-site left out as a whole."""
    cuts = {name: CUTS[name](rows) for name in ("counter-examples", "pseudo-sites")}
    patient = labels_and_patients(rows)[1]
    for site in sorted(rows["pseudo_site"].dropna().unique()):
        inside = (rows["pseudo_site"] == site).to_numpy()
        cuts[f"site {site}"] = Cut(~np.isin(patient, patient[inside]), inside)
    return cuts


def fit_head(
    features: np.ndarray,
    positive: np.ndarray,
    patient: np.ndarray,
    seed: int,
    weigh: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Any:
    """Fit a head on patients drawn with replacement.

    Both classes weigh alike, unless films weigh what `weigh` gives for the places drawn.
    """
    names, owner = np.unique(patient, return_inverse=True)
    times = np.bincount(np.random.default_rng(seed).integers(len(names), size=len(names)),
                        minlength=len(names))[owner]  # fmt: skip
    drawn = np.repeat(np.arange(len(positive)), times)
    logistic = LogisticRegression(
        C=PENALTY, max_iter=300, tol=1e-3, class_weight=None if weigh else "balanced"
    )
    weights = weigh(drawn) if weigh else None
    return make_pipeline(StandardScaler(), logistic).fit(
        features[drawn], positive[drawn], logisticregression__sample_weight=weights
    )


@dataclass(frozen=True)
class Pair:
    """Scores of the same films without and with a remedy, by one seed (and one draw of films).

    Attributes:
        films: Places of the films among those of `gains`.
        before, after: Their scores.
        start, moved: Thresholds of each.
    """

    films: np.ndarray
    before: np.ndarray
    after: np.ndarray
    start: float = 0.5
    moved: float = 0.5


MEASURES = ("auroc", "sensitivity", "specificity", "both", "brier")


def gains(
    pairs: Sequence[Pair], positive: np.ndarray, patient: np.ndarray
) -> dict[str, tuple[float, ...]]:
    """Return of each measure: with the remedy, the gain, and its 95 % interval.

    Patients and seeds are drawn with replacement together. `both` is the mean of sensitivity and
    specificity.
    """
    owner = np.unique(patient, return_inverse=True)[1]
    rng, whole = np.random.default_rng(0), np.ones(len(positive))
    orders = [(np.argsort(pair.before), np.argsort(pair.after)) for pair in pairs]

    def mean(chosen: np.ndarray, weight: np.ndarray) -> np.ndarray:
        found = [_both(pairs[one], orders[one], positive, weight) for one in chosen]
        return np.mean(found, axis=0)

    middle = mean(np.arange(len(pairs)), whole)
    drawn = []
    for _ in range(DRAWS):
        times = np.bincount(rng.integers(owner.max() + 1, size=owner.max() + 1),
                            minlength=owner.max() + 1)[owner]  # fmt: skip
        # As many of the pairs as there are seeds vary the result; five of them are enough a draw.
        before, after = mean(rng.integers(len(pairs), size=min(5, len(pairs))), times)
        drawn.append(after - before)
    low, high = np.nanquantile(drawn, (0.025, 0.975), axis=0)
    gain = middle[1] - middle[0]
    return {
        name: (middle[0][at], middle[1][at], gain[at], low[at], high[at])
        for at, name in enumerate(MEASURES)
    }


def _both(
    pair: Pair, orders: tuple[np.ndarray, np.ndarray], positive: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    ill, by = positive[pair.films], weight[pair.films]
    return np.array(
        [
            _measure(scores, order, threshold, ill, by)
            for scores, order, threshold in (
                (pair.before, orders[0], pair.start),
                (pair.after, orders[1], pair.moved),
            )
        ]
    )


def _measure(
    scores: np.ndarray, order: np.ndarray, threshold: float, ill: np.ndarray, by: np.ndarray
) -> list[float]:
    of_ill, of_well = by * ill, by * ~ill
    if not of_ill.sum() or not of_well.sum():
        return [np.nan] * len(MEASURES)
    # No scores are equal, but for saturated ones, which are too few to matter.
    below = np.cumsum(of_well[order])
    auroc = float((of_ill[order] * below).sum() / of_ill.sum() / of_well.sum())
    called = scores >= threshold
    sensitivity = float((of_ill * called).sum() / of_ill.sum())
    specificity = float((of_well * ~called).sum() / of_well.sum())
    brier = float((by * np.square(scores - ill)).sum() / by.sum())
    return [auroc, sensitivity, specificity, (sensitivity + specificity) / 2, brier]

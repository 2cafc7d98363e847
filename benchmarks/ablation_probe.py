"""What remedies are worth to a head alone, on frozen ImageNet features: minutes, not hours.

    python benchmarks/ablation_probe.py --env kermany --side 128 --seeds 1 2 3

The cuts, variants and figures of `ablation.py`, with a logistic head on what the backbone gives
for films that were changed at random once a seed, in place of a network that is trained as a
whole. What a head cannot unlearn a network may, and the other way round: it tells which remedies
are worth the long way.
"""

import argparse
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pandas as pd
from ablation import COLUMNS, VARIANTS, acquired, append, at_half, known, load, reframes, table
from ablation_cuts import CUTS, Cut, labels_and_patients, periphery_weights
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pneumoscope.exchange.core import core_graph
from pneumoscope.models.architectures.registry import build
from pneumoscope.models.training.augmentation_samples import draw_augmentations
from pneumoscope.models.training.execution import prepare_backend
from pneumoscope.options import AugmentationOptions, ModelOptions

CHUNK, PENALTY = 64, 0.01


class Features:
    """What the backbone gives for films; kept in a folder."""

    def __init__(self, block: dict[str, Any], side: int, into: Path) -> None:
        """Load the backbone with its weights."""
        prepare_backend(0)
        options = ModelOptions.model_validate({**block["model"], "side": None})
        graph = core_graph(build(options, (side, side, 1), 0, "float32"))
        limits = onnxruntime.SessionOptions()
        limits.intra_op_num_threads = 2
        limits.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(graph.SerializeToString(), limits)
        self._into = into
        into.mkdir(parents=True, exist_ok=True)

    def of(self, name: str, films: Any, changed: Any = None) -> np.ndarray:
        """Give the features (n, features) of films, changed chunk by chunk."""
        file = self._into / f"{name}.npy"
        if not file.exists():
            found = []
            for start in range(0, len(films), CHUNK):
                chunk = films[start : start + CHUNK]
                chunk = changed(chunk, start) if changed else chunk
                (row,) = self._session.run(["features"], {"radiograph": chunk.astype(np.float32)})
                found.append(row)
            np.save(file, np.concatenate(found))
            print(f"features of {name}", flush=True)
        return np.asarray(np.load(file))


def main() -> None:
    """Fit a head for every variant, cut and seed, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--env", default="kermany")
    parser.add_argument("--model", default="mobilenetv2")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--cuts", nargs="+", default=list(CUTS))
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS))
    parser.add_argument("--into", type=Path, default=Path("ablation_probe"))
    given = parser.parse_args()
    catalog, parameters = load(given.env)
    block = parameters[given.model]
    features = Features(block, given.side, given.into)
    films = {part: small(catalog, part, given.side) for part in ("train", "validation", "stressed")}
    films["stressed"] = films["stressed"][::4]
    plain = {name: features.of(name, part) for name, part in films.items()}
    rows = acquired(catalog)
    cuts = {name: CUTS[name](rows) for name in given.cuts}
    plain["reframed"] = features.of("reframed", reframes(films["train"], rows["label"]))
    truth = {
        "train": labels_and_patients(rows)[0],
        "validation": labels_and_patients(catalog.load("validation_rows"))[0],
        "stressed": labels_and_patients(catalog.load("stressed_rows"))[0][::4],
    }
    file = given.into / "fits.csv"
    for seed in given.seeds:
        for variant in given.variants:
            change = VARIANTS[variant]
            asked = {**block["augmentation"], **change.get("augmentation", {})}
            options = AugmentationOptions.model_validate(asked)
            changed = drawn(features, films["train"], options, seed)
            for name, cut in cuts.items():
                key = {"variant": variant, "cut": name, "seed": seed}
                if not known(file, key):
                    weights = weighed(rows[cut.train], change.get("train", {}))
                    head = fitted(changed[cut.train], truth["train"][cut.train], weights)
                    append(file, {**key, **measured(head, plain, truth, cut)})
    print(table(pd.read_csv(file)))


def small(catalog: Any, part: str, side: int) -> np.ndarray:
    """Load a part's films and shrink them: uint8 (n, side, side, 1)."""
    stored = catalog.load(f"{part}_images")
    films = stored[np.arange(stored.shape[0])]
    shrunk = [cv2.resize(film, (side, side), interpolation=cv2.INTER_AREA) for film in films]
    return np.stack(shrunk)[..., np.newaxis]


def drawn(
    features: Features, films: np.ndarray, options: AugmentationOptions, seed: int
) -> np.ndarray:
    """Give the features of films that were changed once, in batches of mixed classes."""
    order = np.random.default_rng(seed).permutation(len(films))
    asked = options.model_dump(mode="json")
    name = f"{seed}-" + "-".join(
        f"{key}{asked[key]}"
        for key in (
            "swapped_surroundings", "dropped_surroundings", "marked", "bordered", "degraded",
            "crop_area",
        )
    )  # fmt: skip
    found = features.of(
        name.replace(" ", ""),
        films[order],
        lambda chunk, start: draw_augmentations(chunk, options, 1, 100_000 * seed + start)[0],
    )
    back = np.empty_like(found)
    back[order] = found
    return back


def weighed(rows: pd.DataFrame, change: dict[str, Any]) -> np.ndarray | None:
    """Weigh films as the split does, or not at all, or by their periphery too."""
    if not change.get("weighted", True):
        return None
    if "most" in change:
        return periphery_weights(rows, change["most"])
    return rows["sample_weight"].to_numpy()


def fitted(features: np.ndarray, positive: np.ndarray, weights: np.ndarray | None) -> Any:
    """Fit the head."""
    head = make_pipeline(StandardScaler(), LogisticRegression(C=PENALTY, max_iter=300, tol=1e-3))
    return head.fit(features, positive, logisticregression__sample_weight=weights)


def measured(
    head: Any, plain: dict[str, np.ndarray], truth: dict[str, np.ndarray], cut: Cut
) -> dict[str, float]:
    """Measure a head as `ablation.py` measures a model."""

    def scores(films: str) -> np.ndarray:
        return np.asarray(head.predict_proba(plain[films])[:, 1])

    positive = truth["train"][cut.counter]
    counter, reframed = scores("train")[cut.counter], scores("reframed")[cut.counter]
    balanced = np.where(positive, 1 / positive.sum(), 1 / (~positive).sum())
    found = {
        "validation_auroc": float(roc_auc_score(truth["validation"], scores("validation"))),
        "stressed_loss": float(log_loss(truth["stressed"], scores("stressed"))),
        "stressed_auroc": float(roc_auc_score(truth["stressed"], scores("stressed"))),
        "counter_loss": float(log_loss(positive, counter, sample_weight=balanced)),
        **at_half("counter", positive, counter),
        **at_half("reframed", positive, reframed),
    }
    return {name: found[name] for name in COLUMNS}


if __name__ == "__main__":
    main()

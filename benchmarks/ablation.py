"""What each part of the recipe is worth: one model trained without it, over several seeds.

    python benchmarks/ablation.py --env kermany --model mobilenetv2 --seeds 1 2 3 --epochs 5

Train is made as misleading as the radiographs allow: of NORMAL only patients whose files are
large for their class, of PNEUMONIA only those whose files are small, so that compression and
detail tell the classes. *Counter* films are those of the other train patients, in whom the cue
points the wrong way: whoever leans on it fails there, as published models do on new films.
*Reframed* films are counter films cut, NORMAL to a wider and PNEUMONIA to a narrower frame, so
that the shape of the film, which tells the classes in train, points the wrong way too.

Reads the images that the environment's preprocessing stored (and RADIOGRAPHS, RESULTS and
MOBILENETV2_WEIGHTS as a run does), trains on train, and measures clean and stressed validation.
The test part is never opened. Each finished fit is appended to the CSV named by --into, so an
interrupted ablation goes on where it stopped.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from sklearn.metrics import roc_auc_score

from pneumoscope.models.architectures.registry import build
from pneumoscope.models.scoring import score
from pneumoscope.models.training.batches import LabelledRadiographs, TrainingData
from pneumoscope.models.training.execution import prepare_backend
from pneumoscope.models.training.fit import fit
from pneumoscope.models.training.precision import choose_precision
from pneumoscope.options import Recipe
from pneumoscope.radiographs.degradations import reframe

PROJECT = Path(__file__).parents[1]
NOTHING: dict[str, Any] = {}
FRAME = 1.2
"""Median width over height of PNEUMONIA, divided by that of NORMAL, in train (1.46 and 1.22)."""

PRECISIONS: dict[str, Any] = {}
"""What was measured of each precision so far."""

# What is taken out of, or put into, the environment's own parameters.
VARIANTS: dict[str, dict[str, dict[str, Any]]] = {
    "recipe": {},
    "without crops": {"augmentation": {"crop_area": None}},
    "without crops and mixup": {"augmentation": {"crop_area": None}, "fitting": {"mixup": 0.0}},
    "with crops of 0.08 and more": {"augmentation": {"crop_area": (0.08, 1.0)}},
    "with crops of 0.35 and more": {"augmentation": {"crop_area": (0.35, 1.0)}},
    "with crops of 0.7 and more": {"augmentation": {"crop_area": (0.7, 1.0)}},
    "without rotation, shift, zoom": {
        "augmentation": {"rotation": 0.0, "translation": 0.0, "zoom": 0.0}
    },
    "without degradations": {"augmentation": {"degraded": 0.0}},
    "without brightness, contrast, gamma": {
        "augmentation": {"brightness": 0.0, "contrast": 0.0, "gamma": None}
    },
    "without averaged weights": {"fitting": {"ema_momentum": None}},
    "with label smoothing 0.1": {"fitting": {"label_smoothing": 0.1}},
    "without mixup": {"fitting": {"mixup": 0.0}},
    "without class weights": {"train": {"weighted": False}},
}
COLUMNS = [
    "stressed_loss", "stressed_auroc", "stressed_accuracy", "validation_auroc", "swing",
    "counter_auroc", "counter_sensitivity", "counter_specificity", "flipped_auroc",
    "reframed_auroc", "reframed_sensitivity", "reframed_specificity",
]  # fmt: skip


def main() -> None:
    """Train every variant with every seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--env", default="kermany")
    parser.add_argument("--model", default="mobilenetv2")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--side", type=int, help="shrink the films to this side first; quicker")
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS))
    parser.add_argument("--into", type=Path, default=Path("ablation.csv"))
    given = parser.parse_args()
    catalog, parameters = load(given.env)
    parts = {part: labelled(catalog, part) for part in ("train", "validation", "stressed")}
    if side := given.side or parameters[given.model]["model"].get("side"):
        parts = {name: shrunk(films, side) for name, films in parts.items()}
    agrees, counter = by_cue(catalog.load("train_rows"))
    counter_films = pick(parts["train"], counter)
    parts["train"] = pick(parts["train"], agrees)
    print(f"{agrees.sum()} films to train on, {counter.sum()} counter films", flush=True)
    done = pd.read_csv(given.into) if given.into.exists() else pd.DataFrame(columns=["variant"])
    for seed in given.seeds:
        for variant in given.variants:
            if not done.empty and ((done["variant"] == variant) & (done["seed"] == seed)).any():
                continue
            row = train(
                parameters[given.model], VARIANTS[variant], parts, counter_films, seed, given.epochs
            )
            done = pd.concat([done, pd.DataFrame([{"variant": variant, "seed": seed, **row}])])
            done.to_csv(given.into, index=False)
            print(f"{variant}, seed {seed}: {row}", flush=True)
    print(table(done))


def load(env: str) -> tuple[Any, dict[str, Any]]:
    """Open the environment's catalog and its parameters."""
    bootstrap_project(PROJECT)
    with KedroSession.create(project_path=PROJECT, env=env) as session:
        context = session.load_context()
        return context.catalog, context.config_loader["parameters"]


def labelled(catalog: Any, part: str) -> LabelledRadiographs:
    """Load a part's images and labels; sample weights for train."""
    rows = catalog.load(f"{part}_rows")
    labels = (rows["label"] == "PNEUMONIA").to_numpy().astype(int)
    weights = rows["sample_weight"].to_numpy() if part == "train" else None
    return LabelledRadiographs(catalog.load(f"{part}_images"), labels, weights)


def shrunk(films: LabelledRadiographs, side: int) -> LabelledRadiographs:
    """Shrink films to side x side, averaging areas."""
    stored = films.images[np.arange(len(films.labels))]
    small = [cv2.resize(film, (side, side), interpolation=cv2.INTER_AREA) for film in stored]
    return replace(films, images=np.stack(small)[..., np.newaxis])


def by_cue(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Tell which films agree with the cue of their class's files, and which run counter to it.

    The cue is the patient's mean of bytes a pixel. Half of each class's patients agree; the 40 %
    at the other end run counter; those between are left out.
    """
    rank = pd.Series(0.0, index=rows.index)
    for _, films in rows.groupby("label"):
        cue = films.groupby("patient_id")["bytes_per_pixel"].mean().rank(pct=True)
        rank[films.index] = films["patient_id"].map(cue)
    towards = np.where(rows["label"] == "NORMAL", rank, 1 - rank)
    return towards > 0.5, towards < 0.4


def pick(films: LabelledRadiographs, chosen: np.ndarray) -> LabelledRadiographs:
    """Keep the chosen films."""
    weights = films.sample_weights
    return LabelledRadiographs(
        films.images[np.flatnonzero(chosen)],
        films.labels[chosen],
        None if weights is None else weights[chosen],
    )


def train(
    block: dict[str, Any],
    change: dict[str, dict[str, Any]],
    parts: dict[str, LabelledRadiographs],
    counter: LabelledRadiographs,
    seed: int,
    epochs: int | None,
) -> dict[str, float]:
    """Fit one variant; return the numbers of the epoch that was kept."""
    shorter = {"epochs": epochs, "patience": epochs} if epochs else NOTHING
    recipe = Recipe.model_validate(
        {
            # The films have the side that is to be compared; the model shall not change it again.
            "model": {**block["model"], "side": None},
            "augmentation": {**block["augmentation"], **change.get("augmentation", NOTHING)},
            "fitting": {**block["fitting"], **shorter, **change.get("fitting", NOTHING)},
        }
    )
    if not change.get("train", {}).get("weighted", True):
        parts = {**parts, "train": replace(parts["train"], sample_weights=None)}
    prepare_backend(seed)
    shape = parts["train"].images.shape[1:]
    chosen, measured = choose_precision(recipe, shape, PRECISIONS)
    PRECISIONS.update(measured)
    built = build(recipe.model, shape, seed, chosen.precision)
    result = fit(built, recipe, TrainingData(**parts), seed)
    kept = result.history.set_index("epoch").loc[result.best_epoch]
    return {
        **{name: float(kept[name]) for name in COLUMNS[:4]},
        "swing": float(result.history["stressed_auroc"].tail(4).std()),
        **on_counter_films(result.model, counter),
        "epoch": result.best_epoch,
        "seconds": float(result.history["seconds"].sum()),
    }


def on_counter_films(model: Any, films: LabelledRadiographs) -> dict[str, float]:
    """Measure the counter films at 0.5 as they are, with their mirror images, and reframed."""
    images = films.images[np.arange(len(films.labels))]
    positive = films.labels == 1
    plain = score(model, images, 64, "as stored")
    flipped = (plain + score(model, images[:, :, ::-1], 64, "mirrored")) / 2
    aspects = np.where(positive, 1 / FRAME, FRAME)
    cut = [reframe(film[..., 0], aspect) for film, aspect in zip(images, aspects, strict=True)]
    return {
        **at_half("counter", positive, plain),
        "flipped_auroc": float(roc_auc_score(positive, flipped)),
        **at_half(
            "reframed", positive, score(model, np.stack(cut)[..., np.newaxis], 64, "reframed")
        ),
    }


def at_half(films: str, positive: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """Measure how scores rank the classes and how they tell them at 0.5."""
    return {
        f"{films}_auroc": float(roc_auc_score(positive, scores)),
        f"{films}_sensitivity": float(np.mean(scores[positive] >= 0.5)),
        f"{films}_specificity": float(np.mean(scores[~positive] < 0.5)),
    }


def table(done: pd.DataFrame) -> str:
    """Mean and spread over seeds, one row a variant, as Markdown."""
    lines = [f"| variant | seeds | {' | '.join(COLUMNS)} |", "| --- " * (2 + len(COLUMNS)) + "|"]
    for variant, rows in done.groupby("variant", sort=False):
        cells = [f"{rows[name].mean():.4f} ± {rows[name].std():.4f}" for name in COLUMNS]
        lines.append(f"| {variant} | {len(rows)} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

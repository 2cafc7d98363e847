"""What each part of the recipe is worth: one model trained without it, over seeds and cuts.

    python benchmarks/ablation.py --env kermany --side 80 --seeds 1 2 3 --epochs 4

A *cut* makes train as misleading as the radiographs allow: by a cue of how they were taken, files
small or large, what a classifier makes of the periphery alone, or groups of alike peripheries
(`ablation_cuts.py`). *Counter* films are those of other train patients in whom the cue points the
wrong way: whoever leans on it fails there, as published models do on new films. *Reframed* films
are counter films cut, NORMAL to a wider and PNEUMONIA to a narrower frame, so that the shape of
the film, which tells the classes in train, points the wrong way too. *Centre* is the middle of
counter films alone, 0.9 or 0.8 of each side, brought to the same size: what a model makes of less
periphery than it was trained with.

Reads what the environment's preprocessing stored (and RADIOGRAPHS, RESULTS and MOBILENETV2_WEIGHTS
as a run does), trains on as much of each film of train as the environment does, and measures clean
validation and a quarter of stressed validation, which chooses the epoch, and hard validation. The
test part is never opened. Each finished fit is appended to the CSV named by --into, so an
interrupted ablation goes on where it stopped.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from ablation_cuts import CUTS, Cut
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from sklearn.metrics import log_loss, roc_auc_score

from pneumoscope.models.architectures.registry import build
from pneumoscope.models.scoring import score
from pneumoscope.models.training.batches import LabelledRadiographs, TrainingData
from pneumoscope.models.training.execution import prepare_backend
from pneumoscope.models.training.fit import fit
from pneumoscope.models.training.precision import choose_precision
from pneumoscope.naming import FITTED_FILMS
from pneumoscope.options import PreprocessingOptions, Recipe
from pneumoscope.radiographs.degradations import reframe

PROJECT = Path(__file__).parents[1]
NOTHING: dict[str, Any] = {}
FRAME = 1.2
"""Median width over height of PNEUMONIA, divided by that of NORMAL, in train (1.46 and 1.22)."""

FIELDS = (0.9, 0.8)
"""Shares of each side of a counter film that are shown alone."""

PRECISIONS: dict[str, Any] = {}
"""What was measured of each precision so far."""

# What is taken out of, or put into, the environment's own parameters.
VARIANTS: dict[str, dict[str, dict[str, Any]]] = {
    "recipe": {},
    "without crops": {"augmentation": {"crop_area": None}},
    "without crops and mixup": {"augmentation": {"crop_area": None}, "fitting": {"mixup": 0.0}},
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
}  # fmt: skip
HISTORY = [
    "validation_loss", "validation_auroc", "stressed_loss", "stressed_auroc",
    "hard_loss", "hard_auroc",
]  # fmt: skip
COLUMNS = [
    *HISTORY,
    "counter_loss", "counter_auroc", "counter_sensitivity", "counter_specificity",
    "reframed_auroc", "reframed_sensitivity", "reframed_specificity",
    *(
        f"centre_{field}_{what}"
        for field in FIELDS
        for what in ("loss", "auroc", "sensitivity", "specificity")
    ),
]  # fmt: skip


def main() -> None:
    """Train every variant on every cut with every seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--env", default="kermany")
    parser.add_argument("--model", default="mobilenetv2")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--side", type=int, help="shrink the films to this side first; quicker")
    parser.add_argument("--cuts", nargs="+", default=list(CUTS))
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS))
    parser.add_argument("--into", type=Path, default=Path("ablation.csv"))
    given = parser.parse_args()
    catalog, parameters = load(given.env)
    parts = {part: labelled(catalog, part) for part in ("train", "validation", "stressed")}
    wide = PreprocessingOptions.model_validate(parameters["preprocessing"]).fits_wider_films
    fitted = replace(parts["train"], images=catalog.load(FITTED_FILMS[wide]))
    side = given.side or parameters[given.model]["model"].get("side")
    parts["stressed"] = pick(parts["stressed"], np.arange(len(parts["stressed"].labels)) % 4 == 0)
    groups = catalog.load("pseudo_sites")
    hard = catalog.load("validation_rows")["radiograph_id"].isin(
        groups["radiograph_id"][groups["hard"]]
    )
    parts["hard"] = pick(parts["validation"], hard.to_numpy())
    rows = acquired(catalog)
    cuts = {name: CUTS[name](rows) for name in given.cuts}
    for name, cut in cuts.items():
        print(f"{name}: {told(rows, cut.train)} to train on, {told(rows, cut.counter)} counter")
    for seed in given.seeds:
        for variant in given.variants:
            for name, cut in cuts.items():
                key = {"variant": variant, "cut": name, "seed": seed}
                if not known(given.into, key):
                    row = train(
                        parameters[given.model], VARIANTS[variant], parts, fitted, cut, seed,
                        given.epochs, side,
                    )  # fmt: skip
                    append(given.into, {**key, **row})
    print(table(pd.read_csv(given.into)))


def known(into: Path, key: dict[str, Any]) -> bool:
    """Tell whether a fit is in the CSV."""
    if not into.exists():
        return False
    done = pd.read_csv(into)
    return bool(np.logical_and.reduce([done[name] == value for name, value in key.items()]).any())


def append(into: Path, row: dict[str, Any]) -> None:
    """Add a line to the CSV and tell of it."""
    pd.DataFrame([row]).to_csv(into, mode="a", header=not into.exists(), index=False)
    print(row, flush=True)


def acquired(catalog: Any) -> pd.DataFrame:
    """Load train's rows with how each film was taken, and its pseudo-site and periphery score."""
    rows = catalog.load("train_rows")
    for table in ("acquisition", "pseudo_sites"):
        rows = rows.merge(catalog.load(table), on="radiograph_id", how="left", validate="m:1")
    return rows


def told(rows: pd.DataFrame, films: np.ndarray) -> str:
    """Count films by class."""
    counts = rows["label"][films].value_counts()
    return ", ".join(f"{counts[name]} {name}" for name in sorted(counts.index))


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


def shrunk(films: LabelledRadiographs, side: int | None, field: float = 1.0) -> LabelledRadiographs:
    """Bring the middle of films, a share of each side, to side x side, averaging areas."""
    stored = films.images[np.arange(len(films.labels))]
    side = side or stored.shape[1]
    kept = round(stored.shape[1] * field)
    first = (stored.shape[1] - kept) // 2
    middle = stored[:, first : first + kept, first : first + kept]
    small = [cv2.resize(film, (side, side), interpolation=cv2.INTER_AREA) for film in middle]
    return replace(films, images=np.stack(small)[..., np.newaxis])


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
    fitted: LabelledRadiographs,
    cut: Cut,
    seed: int,
    epochs: int | None,
    side: int | None,
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
    counter = pick(parts["train"], cut.counter)
    middles = {share: shrunk(counter, side, share) for share in FIELDS}
    parts = {name: shrunk(part, side) for name, part in parts.items()}
    films = shrunk(pick(fitted, cut.train), side)
    if not change.get("train", {}).get("weighted", True):
        films = replace(films, sample_weights=None)
    prepare_backend(seed)
    shape = films.images.shape[1:]
    chosen, measured = choose_precision(recipe, shape, PRECISIONS)
    PRECISIONS.update(measured)
    built = build(recipe.model, shape, seed, chosen.precision)
    result = fit(built, recipe, TrainingData(**{**parts, "train": films}), seed)
    kept = result.history.set_index("epoch").loc[result.best_epoch]
    return {
        **{name: float(kept[name]) for name in HISTORY},
        **on_counter_films(result.model, pick(parts["train"], cut.counter), middles),
        "epoch": result.best_epoch,
        "seconds": float(result.history["seconds"].sum()),
    }


def on_counter_films(
    model: Any, films: LabelledRadiographs, middles: dict[float, LabelledRadiographs]
) -> dict[str, float]:
    """Measure the counter films as they are, reframed, and their middles by share of the side."""
    images = films.images[np.arange(len(films.labels))]
    positive = films.labels == 1
    plain = score(model, images, 64, "as stored")
    aspects = np.where(positive, 1 / FRAME, FRAME)
    cut = [reframe(film[..., 0], aspect) for film, aspect in zip(images, aspects, strict=True)]
    reframed = score(model, np.stack(cut)[..., np.newaxis], 64, "reframed")
    measured = {**at_half("counter", positive, plain), **at_half("reframed", positive, reframed)}
    for share, middle in middles.items():
        alone = score(model, middle.images, 64, f"central {share}")
        measured |= at_half(f"centre_{share}", positive, alone)
    return measured


def at_half(films: str, positive: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """Measure how scores rank the classes and how they tell them at 0.5, and their loss.

    In the loss both classes weigh the same.
    """
    balanced = np.where(positive, 1 / positive.sum(), 1 / (~positive).sum())
    return {
        f"{films}_loss": float(log_loss(positive, scores, sample_weight=balanced)),
        f"{films}_auroc": float(roc_auc_score(positive, scores)),
        f"{films}_sensitivity": float(np.mean(scores[positive] >= 0.5)),
        f"{films}_specificity": float(np.mean(scores[~positive] < 0.5)),
    }


def table(done: pd.DataFrame) -> str:
    """Mean and spread over seeds, one row a cut and variant, as Markdown."""
    lines = [
        f"| cut | variant | seeds | {' | '.join(COLUMNS)} |", "| --- " * (3 + len(COLUMNS)) + "|",
    ]  # fmt: skip
    for (cut, variant), rows in done.groupby(["cut", "variant"], sort=False):
        cells = [f"{rows[name].mean():.3f} ± {rows[name].std():.3f}" for name in COLUMNS]
        lines.append(f"| {cut} | {variant} | {len(rows)} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

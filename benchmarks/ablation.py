"""What each part of the recipe is worth: one model trained without it, over seeds and cuts.

    python benchmarks/ablation.py --env kermany --side 80 --seeds 1 2 3 --epochs 4

A *cut* makes train as misleading as the radiographs allow: by a cue of how they were taken, files
small or large, what a classifier makes of the periphery alone, or groups of alike peripheries
(`ablation_cuts.py`). *Counter* films are those of other train patients in whom the cue points the
wrong way: whoever leans on it fails there, as published models do on new films. *Reframed* films
are counter films cut, NORMAL to a wider and PNEUMONIA to a narrower frame, so that the shape of
the film, which tells the classes in train, points the wrong way too.

Reads what the environment's preprocessing stored (and RADIOGRAPHS, RESULTS and MOBILENETV2_WEIGHTS
as a run does), trains on train, and measures clean validation and a quarter of stressed validation,
which chooses the epoch, and hard validation. The test part is never opened. Each finished fit is
appended to the CSV named by --into, so an interrupted ablation goes on where it stopped.

On a machine with a GPU that has neither Kedro nor the films:

    python benchmarks/ablation.py --env kermany --side 128 --keep parts.npz      # here
    KERAS_BACKEND=jax python benchmarks/ablation.py --parts parts.npz --epochs 10 # there
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from ablation_cuts import CUTS, Cut, periphery_weights
from film_remedies import INPUTS, as_stored, remedies
from sklearn.metrics import log_loss, roc_auc_score

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
    "with swapped surroundings": {"films": {"swapped": 0.5}},
    "with dropped surroundings": {"films": {"dropped": 0.5}},
    "with marks and borders": {"films": {"marked": 0.5, "bordered": 0.5}},
    "with weights by periphery": {"train": {"by_periphery": True}},
    "equalised": {"films": {"input": "equalised"}},
    "central 80 %": {"films": {"input": "centre"}},
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
    parser.add_argument("--keep", type=Path, help="write the films to this file, and train nothing")
    parser.add_argument("--parts", type=Path, help="read the films from such a file")
    parser.add_argument("--precision", help="in place of the recipe's")
    given = parser.parse_args()
    material = read(given.parts) if given.parts else gather(given)
    if given.keep:
        write(material, given.keep)
        return
    if given.precision:
        material.block["fitting"]["precision"] = given.precision
    for seed in given.seeds:
        for variant in given.variants:
            for name in given.cuts:
                key = {"variant": variant, "cut": name, "seed": seed}
                if not known(given.into, key):
                    row = train(material, VARIANTS[variant], name, seed, given.epochs)
                    append(given.into, {**key, **row})
    print(table(pd.read_csv(given.into)))


@dataclass(frozen=True)
class Material:
    """What is trained on and measured.

    Attributes:
        block: The model's parameters.
        parts: Train, validation, a quarter of stressed validation, and hard validation.
        cuts: By name.
        by_periphery: Sample weights of the films of train by cut, NaN where they are left out.
    """

    block: dict[str, Any]
    parts: dict[str, LabelledRadiographs]
    cuts: dict[str, Cut]
    by_periphery: dict[str, np.ndarray]


def gather(given: argparse.Namespace) -> Material:
    """Read what the environment's preprocessing stored."""
    catalog, parameters = load(given.env)
    parts = {part: labelled(catalog, part) for part in ("train", "validation", "stressed")}
    if side := given.side or parameters[given.model]["model"].get("side"):
        parts = {name: shrunk(films, side) for name, films in parts.items()}
    parts["stressed"] = pick(parts["stressed"], np.arange(len(parts["stressed"].labels)) % 4 == 0)
    groups = catalog.load("pseudo_sites")
    hard = groups["radiograph_id"][groups["hard"]]
    of_validation = catalog.load("validation_rows")["radiograph_id"].isin(hard)
    parts["hard"] = pick(parts["validation"], of_validation.to_numpy())
    rows = acquired(catalog)
    cuts = {name: CUTS[name](rows) for name in given.cuts}
    weights = {}
    for name, cut in cuts.items():
        print(f"{name}: {told(rows, cut.train)} to train on, {told(rows, cut.counter)} counter")
        weights[name] = np.full(len(rows), np.nan)
        weights[name][cut.train] = periphery_weights(
            rows[cut.train], catalog.load("decoded_radiographs").small, 10.0
        )
    return Material(parameters[given.model], parts, cuts, weights)


def write(material: Material, into: Path) -> None:
    """Write what `read` gives back."""
    arrays = {"block": np.array(json.dumps(material.block))}
    for part, films in material.parts.items():
        arrays[f"{part}/images"] = films.images[np.arange(len(films.labels))]
        arrays[f"{part}/labels"] = films.labels
        if films.sample_weights is not None:
            arrays[f"{part}/sample_weights"] = films.sample_weights
    for name, cut in material.cuts.items():
        arrays |= {f"{name}/{role}": films for role, films in asdict(cut).items()}
        arrays[f"{name}/by_periphery"] = material.by_periphery[name]
    np.savez(into, **arrays)


def read(file: Path) -> Material:
    """Read what `write` wrote."""
    with np.load(file) as kept:
        arrays = dict(kept)
    parts = {
        part: LabelledRadiographs(
            arrays[f"{part}/images"], arrays[f"{part}/labels"],
            arrays.get(f"{part}/sample_weights"),
        )
        for part in ("train", "validation", "stressed", "hard")
    }  # fmt: skip
    names = [key.split("/")[0] for key in arrays if key.endswith("/by_periphery")]
    cuts = {name: Cut(arrays[f"{name}/train"], arrays[f"{name}/counter"]) for name in names}
    weights = {name: arrays[f"{name}/by_periphery"] for name in names}
    return Material(json.loads(str(arrays["block"])), parts, cuts, weights)


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
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

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


def pick(films: LabelledRadiographs, chosen: np.ndarray) -> LabelledRadiographs:
    """Keep the chosen films."""
    weights = films.sample_weights
    return LabelledRadiographs(
        films.images[np.flatnonzero(chosen)],
        films.labels[chosen],
        None if weights is None else weights[chosen],
    )


def train(
    material: Material,
    change: dict[str, dict[str, Any]],
    cut_by: str,
    seed: int,
    epochs: int | None,
) -> dict[str, float]:
    """Fit one variant on one cut; return the numbers of the epoch that was kept."""
    block, cut = material.block, material.cuts[cut_by]
    shorter = {"epochs": epochs, "patience": epochs} if epochs else NOTHING
    recipe = Recipe.model_validate(
        {
            # The films have the side that is to be compared; the model shall not change it again.
            "model": {**block["model"], "side": None},
            "augmentation": {**block["augmentation"], **change.get("augmentation", NOTHING)},
            "fitting": {**block["fitting"], **shorter, **change.get("fitting", NOTHING)},
        }
    )
    films = material.parts["train"]
    if change.get("train", NOTHING).get("by_periphery"):
        films = replace(films, sample_weights=material.by_periphery[cut_by])
    films = pick(films, whole_batches(cut.train, recipe.fitting.batch_size))
    if not change.get("train", {}).get("weighted", True):
        films = replace(films, sample_weights=None)
    counter = pick(material.parts["train"], cut.counter)
    as_input = INPUTS[change.get("films", NOTHING).get("input", "as stored")]
    parts = {
        name: replace(part, images=as_input(part.images[np.arange(len(part.labels))]))
        for name, part in material.parts.items()
        if name != "train"
    }
    prepare_backend(seed)
    shape = films.images.shape[1:]
    chosen, measured = choose_precision(recipe, shape, PRECISIONS)
    PRECISIONS.update(measured)
    built = build(recipe.model, shape, seed, chosen.precision)
    with remedies({**change.get("films", NOTHING), "side": shape[0], "seed": seed}):
        result = fit(built, recipe, TrainingData(films, **parts), seed)
    kept = result.history.set_index("epoch").loc[result.best_epoch]
    return {
        **{name: float(kept[name]) for name in HISTORY},
        **on_counter_films(result.model, counter, as_input),
        "epoch": result.best_epoch,
        "seconds": float(result.history["seconds"].sum()),
    }


def whole_batches(chosen: np.ndarray, batch_size: int) -> np.ndarray:
    """Drop the last chosen films that fill no batch: another shape would be compiled for them."""
    kept = chosen.copy()
    kept[np.flatnonzero(chosen)[chosen.sum() // batch_size * batch_size :]] = False
    return kept


def on_counter_films(
    model: Any, films: LabelledRadiographs, as_input: Callable[[np.ndarray], np.ndarray] = as_stored
) -> dict[str, float]:
    """Measure the counter films as they are, and reframed."""
    images = films.images[np.arange(len(films.labels))]
    positive = films.labels == 1
    plain = score(model, as_input(images), 64, "as stored")
    aspects = np.where(positive, 1 / FRAME, FRAME)
    cut = [reframe(film[..., 0], aspect) for film, aspect in zip(images, aspects, strict=True)]
    reframed = score(model, as_input(np.stack(cut)[..., np.newaxis]), 64, "reframed")
    balanced = np.where(positive, 1 / positive.sum(), 1 / (~positive).sum())
    return {
        "counter_loss": float(log_loss(positive, plain, sample_weight=balanced)),
        **at_half("counter", positive, plain),
        **at_half("reframed", positive, reframed),
    }


def at_half(films: str, positive: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """Measure how scores rank the classes and how they tell them at 0.5."""
    return {
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

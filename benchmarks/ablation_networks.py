"""What cleaned films and batch norm of the site are worth to a network trained as a whole.

    python benchmarks/ablation_networks.py --env kermany --model cnn --side 64 --seeds 1 2 3

The cuts, cleanings and figures of `ablation_cleaning.py` and `ablation_adaptation.py`. Networks of
films as they are also take the statistics of batch norm from films of the site without labels,
those of training counting as a number of films (Schneider and others 2020, arXiv:2006.16971).
Finished trainings are kept in --into, so an interrupted ablation goes on where it stopped.
"""

import argparse
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
from ablation import acquired, load
from ablation_adaptation import DRAWS, LEFT, shown, some
from ablation_cleaning import ORDER, cell, known
from ablation_cuts import labels_and_patients
from film_cleaning import CLEANINGS
from frozen_features import MEASURES, Pair, all_cuts, gains

from pneumoscope.models.architectures.registry import build
from pneumoscope.models.scoring import score
from pneumoscope.models.training.batches import LabelledRadiographs, TrainingData
from pneumoscope.models.training.execution import prepare_backend
from pneumoscope.models.training.fit import fit
from pneumoscope.options import PreprocessingOptions, Recipe
from pneumoscope.radiographs.transforms import preprocess

NONE = "as they are"
PRIORS = {"batch norm of the site": 0, "batch norm, in part": 100}


def main() -> None:
    """Train a network for every cleaning, cut and seed, and print what each is worth."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--env", default="kermany")
    parser.add_argument("--model", default="cnn")
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--cuts", nargs="+", default=["counter-examples", "pseudo-sites"])
    parser.add_argument("--cleanings", nargs="+", default=[NONE, "marks and borders"])
    parser.add_argument("--films", type=int, nargs="+", default=[50, 200])
    parser.add_argument("--into", type=Path, default=Path("networks"))
    given = parser.parse_args()
    given.into.mkdir(parents=True, exist_ok=True)
    catalog, parameters = load(given.env)
    rows = {"train": acquired(catalog), "validation": known(catalog, "validation")}
    options = PreprocessingOptions.model_validate(parameters["preprocessing"])
    decoded, recipe = catalog.load("decoded_radiographs"), recipe_of(parameters[given.model])
    films = {
        name: {part: small(decoded, rows[part], name, options, given.side) for part in rows}
        for name in given.cleanings
    }
    cuts = {name: all_cuts(rows["train"])[name] for name in given.cuts}
    for seed in given.seeds:
        for cut_name, cut in cuts.items():
            for name in given.cleanings:
                file = given.into / f"{cut_name}-{name.replace(' ', '_')}-{seed}.keras"
                if not file.exists():
                    model = train(recipe, films[name], rows, cut, seed)
                    model.save(file)
                    print(file.stem, flush=True)
    for cut_name, cut in cuts.items():
        for name in given.cleanings:
            compare(cut_name, cut, name, films, rows, given)
        for count in given.films:
            if count + LEFT <= cut.counter.sum():
                adapt(cut_name, cut, films[NONE]["train"], rows["train"], count, given)


def recipe_of(block: dict[str, Any]) -> Recipe:
    """Read the recipe; the films have the side that is to be compared."""
    return Recipe.model_validate({**block, "model": {**block["model"], "side": None}})


def small(
    decoded: Any, rows: Any, name: str, options: PreprocessingOptions, side: int
) -> np.ndarray:
    """Clean films, bring them to the stored size, and shrink them: uint8 (n, side, side, 1)."""
    stored = decoded.films(rows["path"])
    found = [preprocess(CLEANINGS[name](film), options)[..., 0] for film in stored]
    shrunk = [cv2.resize(film, (side, side), interpolation=cv2.INTER_AREA) for film in found]
    return np.stack(shrunk)[..., np.newaxis]


def train(recipe: Recipe, films: dict[str, np.ndarray], rows: Any, cut: Any, seed: int) -> Any:
    """Train on a cut, both classes weighed alike; clean validation chooses the epoch."""
    label = labels_and_patients(rows["train"])[0][cut.train].astype(int)
    weights = len(label) / 2 / np.bincount(label)[label]
    truth = labels_and_patients(rows["validation"])[0].astype(int)
    validation = LabelledRadiographs(films["validation"], truth)
    # Stressed films choose nothing in this recipe.
    stressed = LabelledRadiographs(films["validation"][:32], truth[:32])
    data = TrainingData(
        LabelledRadiographs(films["train"][cut.train], label, weights), validation, stressed
    )
    prepare_backend(seed)
    model = build(recipe.model, films["train"].shape[1:], seed, "float32")
    return fit(model, recipe, data, seed).model


def kept(given: argparse.Namespace, cut_name: str, name: str, seed: int) -> Any:
    """Load a network."""
    file = given.into / f"{cut_name}-{name.replace(' ', '_')}-{seed}.keras"
    return keras.models.load_model(file)


def compare(cut_name: str, cut: Any, name: str, films: Any, rows: Any, given: Any) -> None:
    """Print a line of the table of cleanings: counter films, then validation."""
    cells = [cut_name, name]
    every = np.ones(len(rows["validation"]), dtype=bool)
    for part, chosen in (("train", cut.counter), ("validation", every)):
        positive, patient = labels_and_patients(rows[part])
        pairs = []
        for seed in given.seeds:
            before, after = (
                score(kept(given, cut_name, one, seed), films[one][part][chosen], 64, one)
                for one in (NONE, name)
            )
            pairs.append(Pair(np.arange(chosen.sum()), before.astype(float), after.astype(float)))
        measured = gains(pairs, positive[chosen], patient[chosen])
        cells += [cell(measured[measure], name) for measure in ORDER]
    print(f"| {' | '.join(cells)} |", flush=True)


def adapt(cut_name: str, cut: Any, films: np.ndarray, rows: Any, count: int, given: Any) -> None:
    """Print what batch norm of some counter films does to others."""
    positive, patient = (one[cut.counter] for one in labels_and_patients(rows))
    asked = films[cut.counter]
    pairs: dict[str, list[Pair]] = {"locked": [], **{name: [] for name in PRIORS}}
    for seed in given.seeds:
        model = kept(given, cut_name, NONE, seed)
        home = model.get_weights()
        for draw in range(DRAWS):
            seen = some(patient, count, 1000 * seed + draw)
            rest = np.flatnonzero(~seen)
            model.set_weights(home)
            before = scores(model, asked[rest])
            pairs["locked"].append(Pair(rest, before, before))
            for name, prior in PRIORS.items():
                model.set_weights(home)
                take_statistics(model, asked[seen], prior)
                pairs[name].append(Pair(rest, before, scores(model, asked[rest])))
    for name, of_method in pairs.items():
        measured = gains(of_method, positive, patient)
        cells = [shown(measured[one], name) for one in MEASURES]
        print(f"| {cut_name} | {count} | {name} | {' | '.join(cells)} |", flush=True)


def scores(model: Any, films: np.ndarray) -> np.ndarray:
    """Score films."""
    return np.asarray(model(films.astype(np.float32), training=False))[:, 0].astype(float)


def take_statistics(model: Any, films: np.ndarray, prior: int) -> None:
    """Give batch norm the statistics of films, mixed with its own as if of so many films."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = prior / (prior + len(films))
    model(films.astype(np.float32), training=True)


if __name__ == "__main__":
    main()

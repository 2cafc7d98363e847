"""What films without marks, borders or surroundings are worth to a head on frozen features.

    python benchmarks/ablation_cleaning.py --env kermany --seeds 1 2 3

Every film is cleaned in training and in use, at the size it is decoded to, before it is brought
to the stored size. The test part is never opened.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ablation import acquired, load
from ablation_cuts import labels_and_patients
from film_cleaning import CLEANINGS
from frozen_features import Features, Pair, all_cuts, fit_head, gains
from thorax import FRAMINGS, framings

from pneumoscope.acquisition.measure import measure_acquisition
from pneumoscope.options import AcquisitionOptions, PreprocessingOptions
from pneumoscope.radiographs.acquisition import measure_film
from pneumoscope.radiographs.transforms import preprocess

NONE = "as they are"
ORDER = ("auroc", "specificity", "sensitivity", "both")


def main() -> None:
    """Measure the periphery of cleaned films, and heads on their features."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--env", default="kermany")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--cuts", nargs="+", default=["counter-examples", "pseudo-sites", "site A"])
    parser.add_argument("--cleanings", nargs="+", default=[*CLEANINGS, *FRAMINGS])
    parser.add_argument("--into", type=Path, default=Path("probe"))
    given = parser.parse_args()
    catalog, parameters = load(given.env)
    options = PreprocessingOptions.model_validate(parameters["preprocessing"])
    features = Features(parameters["mobilenetv2"], options.size[0], given.into)
    rows = {"train": acquired(catalog), "validation": known(catalog, "validation")}
    decoded = catalog.load("decoded_radiographs")
    found: dict[str, dict[str, np.ndarray]] = {}
    ways = {**CLEANINGS, **framings(decoded, rows["train"], options.size[0])}
    cleanings = {name: ways[name] for name in given.cleanings}
    for name, clean in cleanings.items():

        def films(part: str, clean: Any = clean) -> np.ndarray:
            stored = decoded.films(rows[part]["path"])
            return np.stack([preprocess(clean(film), options) for film in stored])

        found[name] = {
            part: features.of(f"{part} {name}", lambda part=part, films=films: films(part))
            for part in rows
        }
    print("| films | AUROC by marks | AUROC by the periphery |\n| --- | --- | --- |")
    asked = AcquisitionOptions.model_validate(parameters["acquisition"])
    for name, clean in cleanings.items():
        told(name, rows, clean, decoded, asked, given.into)
    print(f"| cut | films | {' | '.join(ORDER)} | {' | '.join(ORDER)} |")
    cuts = all_cuts(rows["train"])
    for name in given.cuts:
        compare(name, cuts[name], found, rows, given.seeds)


def known(catalog: Any, part: str) -> pd.DataFrame:
    """Load a part's rows with their pseudo-sites."""
    rows = catalog.load(f"{part}_rows")
    return rows.merge(catalog.load("pseudo_sites"), on="radiograph_id", how="left")


def told(
    name: str, rows: dict[str, pd.DataFrame], clean: Any, decoded: Any, options: Any, into: Path
) -> None:
    """Tell the class by what is left outside the centre, as the audit does."""
    file = into / f"periphery_{name.replace(' ', '_')}.txt"
    if not file.exists():
        from sklearn.metrics import roc_auc_score

        every = pd.concat([part[part.columns[:]] for part in rows.values()], ignore_index=True)
        measured = [measure_film(clean(film)) for film in decoded.films(every["path"])]
        numbers = pd.DataFrame([one.numbers for one in measured])
        small = dict(zip(every["path"], (one.small for one in measured), strict=True))
        bare = every.drop(columns=[*numbers, "periphery_score", "hard", "pseudo_site"],
                          errors="ignore")  # fmt: skip
        table = numbers.assign(radiograph_id=every["radiograph_id"])
        _, audit = measure_acquisition(
            bare, table, lambda paths: np.stack([small[path] for path in paths]), options, 0.95, 1
        )
        ill = (every["label"] == "PNEUMONIA") & (every["split"] == "train")
        inside = every["split"] == "train"
        by_marks = roc_auc_score(ill[inside], numbers["mark_area"][inside])
        low, high = audit.aurocs["train"].bounds
        auroc = audit.aurocs["train"].value
        file.write_text(f"| {name} | {by_marks:.2f} | {auroc:.3f} ({low:.3f} to {high:.3f}) |")
    print(file.read_text(), flush=True)


def compare(cut_name: str, cut: Any, found: Any, rows: Any, seeds: list[int]) -> None:
    """Print the lines of a cut: counter films, then validation."""
    positive, patient = labels_and_patients(rows["train"])
    heads = {
        name: [
            fit_head(features["train"][cut.train], positive[cut.train], patient[cut.train], seed)
            for seed in seeds
        ]
        for name, features in found.items()
    }
    every = np.ones(len(rows["validation"]), dtype=bool)
    for name in found:
        cells = [cut_name, name]
        for part, chosen in (("train", cut.counter), ("validation", every)):
            label, owner = labels_and_patients(rows[part])
            before, after = (
                [head.predict_proba(found[one][part][chosen])[:, 1] for head in heads[one]]
                for one in (NONE, name)
            )
            places = np.arange(chosen.sum())
            pairs = [Pair(places, *both) for both in zip(before, after, strict=True)]
            measured = gains(pairs, label[chosen], owner[chosen])
            cells += [cell(measured[measure], name) for measure in ORDER]
        print(f"| {' | '.join(cells)} |", flush=True)


def cell(found: tuple[float, ...], name: str) -> str:
    """Give the value of films as they are, else the gain with its interval."""
    if name == NONE:
        return f"{found[0]:.3f}"
    return f"{found[2]:+.3f} ({found[3]:+.3f} to {found[4]:+.3f})"


if __name__ == "__main__":
    main()

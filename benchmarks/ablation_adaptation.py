"""What adaptation without labels is worth on films from elsewhere, to a head on frozen features.

    python benchmarks/ablation_adaptation.py --env kermany --seeds 1 2 3 --films 50 200

Films from elsewhere: the counter films of the ablation's cuts, pseudo-sites that were left out as a
whole, validation as another hospital might have sent it, and validation with another share of
PNEUMONIA. Films of some patients, without their labels, are what is adapted on; films of all other
patients are measured. The test part is never opened.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ablation import acquired, load
from ablation_cleaning import known
from ablation_cuts import labels_and_patients
from adaptation import METHODS, Home, at_home
from frozen_features import MEASURES, Features, Pair, all_cuts, fit_head, gains

DRAWS, LEFT = 3, 150


@dataclass(frozen=True)
class Elsewhere:
    """Films of another site, and the films at home that a head was fitted on and locked by."""

    features: np.ndarray
    positive: np.ndarray
    patient: np.ndarray
    train: np.ndarray
    validation: np.ndarray


def main() -> None:
    """Adapt heads to every site by every method."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--env", default="kermany")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--films", type=int, nargs="+", default=[50, 200])
    parser.add_argument("--into", type=Path, default=Path("probe"))
    given = parser.parse_args()
    catalog, parameters = load(given.env)
    features = Features(
        parameters["mobilenetv2"], parameters["preprocessing"]["size"][0], given.into
    )
    rows = {"train": acquired(catalog), "validation": known(catalog, "validation")}
    found = {
        part: features.of(f"{part} as they are", lambda part=part: stored(catalog, part))
        for part in rows
    }
    stressed = features.of("stressed", lambda: stored(catalog, "stressed"))
    label, patient = labels_and_patients(rows["train"])
    home = labels_and_patients(rows["validation"])[0]
    heads: dict[Any, Home] = {}
    lines = []
    for name, site in sites(catalog, found, stressed, rows):
        key = (site.train.tobytes(), site.validation.tobytes())
        for seed in given.seeds:
            if (*key, seed) not in heads:
                part = found["train"][site.train]
                head = fit_head(part, label[site.train], patient[site.train], seed)
                heads[(*key, seed)] = at_home(
                    head, part, found["validation"][site.validation], home[site.validation]
                )
        for films in given.films:
            if films + LEFT <= len(site.positive):
                locked = [heads[(*key, seed)] for seed in given.seeds]
                lines += adapted(name, site, films, locked)
    table = pd.DataFrame(lines)
    table.to_csv(given.into / "adaptation.csv", index=False)


def stored(catalog: Any, part: str) -> np.ndarray:
    """Load a part's films."""
    films = catalog.load(f"{part}_images")
    return np.asarray(films[np.arange(films.shape[0])])


def sites(
    catalog: Any, found: dict[str, np.ndarray], stressed: np.ndarray, rows: dict[str, pd.DataFrame]
) -> Iterator[tuple[str, Elsewhere]]:
    """Give films from elsewhere by name."""
    label, patient = labels_and_patients(rows["train"])
    every, whole = np.ones(len(label), dtype=bool), np.ones(len(rows["validation"]), dtype=bool)
    for name, cut in all_cuts(rows["train"]).items():
        inside = (rows["validation"]["pseudo_site"] == name.removeprefix("site ")).to_numpy()
        yield name, Elsewhere(
            found["train"][cut.counter], label[cut.counter], patient[cut.counter],
            cut.train, ~inside,
        )  # fmt: skip
    degraded = catalog.load("stressed_rows")
    for name in degraded["stress"].unique():
        chosen = (degraded["stress"] == name).to_numpy()
        ill, owner = labels_and_patients(degraded[chosen])
        yield name, Elsewhere(stressed[chosen], ill, owner, every, whole)
    ill, owner = labels_and_patients(rows["validation"])
    for share in (0.2, 0.5):
        kept = rarer(ill, owner, share)
        yield (
            f"validation, {share:.0%} PNEUMONIA",
            Elsewhere(found["validation"][kept], ill[kept], owner[kept], every, whole),
        )


def rarer(ill: np.ndarray, patient: np.ndarray, share: float) -> np.ndarray:
    """Leave out patients with PNEUMONIA until that is their share of films."""
    rng, wanted = np.random.default_rng(0), (~ill).sum() * share / (1 - share)
    order = rng.permutation(np.unique(patient[ill]))
    counts = np.cumsum([(ill & (patient == one)).sum() for one in order])
    return ~ill | np.isin(patient, order[counts <= wanted])


def adapted(name: str, site: Elsewhere, films: int, homes: list[Home]) -> list[dict[str, Any]]:
    """Adapt to some films of a site, and measure all methods on films of other patients."""
    pairs: dict[str, list[Pair]] = {method: [] for method in METHODS}
    for seed, home in enumerate(homes):
        for draw in range(DRAWS):
            seen = some(site.patient, films, 1000 * seed + draw)
            rest = np.flatnonzero(~seen)
            asked = [site.features[seen], site.features[rest]]
            before = METHODS["locked"](home, *asked)
            for method, adapt in METHODS.items():
                after = adapt(home, *asked)
                pairs[method].append(Pair(rest, before, after, home.threshold, home.threshold))
    lines = []
    for method, of_method in pairs.items():
        measured = gains(of_method, site.positive, site.patient)
        line: dict[str, Any] = {"site": name, "films": films, "method": method,
                                "n": len(site.positive), "ill": site.positive.mean()}  # fmt: skip
        for measure in MEASURES:
            names = ("before", "after", "gain", "low", "high")
            line |= {f"{measure}_{one}": value for one, value in
                     zip(names, measured[measure], strict=True)}  # fmt: skip
        print(
            f"| {name} | {films} | {method} | "
            + " | ".join(shown(measured[one], method) for one in MEASURES)
            + " |",
            flush=True,
        )
        lines.append(line)
    return lines


def shown(found: tuple[float, ...], method: str) -> str:
    """Give the figure of what is locked, else the change with its interval."""
    if method == "locked":
        return f"{found[0]:.3f}"
    return f"{found[2]:+.3f} ({found[3]:+.3f} to {found[4]:+.3f})"


def some(patient: np.ndarray, films: int, seed: int) -> np.ndarray:
    """Draw patients until they have that many films."""
    names, owner = np.unique(patient, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    counts = np.cumsum(np.bincount(owner)[order])
    chosen = order[: int(np.searchsorted(counts, films)) + 1]
    return np.isin(owner, chosen)


if __name__ == "__main__":
    main()

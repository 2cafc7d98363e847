"""Fit and measure the template that tells how a radiograph lies; no benchmark of speed.

python benchmarks/orientation.py --radiographs FOLDER [--also FOLDER ...] [--write]

FOLDER holds upright films below NORMAL and PNEUMONIA. The template is fitted on 70 % of their
patients and measured on the others, on the phantoms of the default run and on further folders.
`--write` replaces src/pneumoscope/radiographs/upright.txt.
"""

import argparse
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np
from parameters import load_parameters
from sklearn.linear_model import LogisticRegression

from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.ingestion.layout import Layout
from pneumoscope.ingestion.scan import scan
from pneumoscope.options import IngestionOptions, PhantomOptions
from pneumoscope.phantoms.collection import make_phantoms
from pneumoscope.radiographs import orientation
from pneumoscope.radiographs.orientation import copies, orientation_of, standardised

FITTED = 0.7
ALTERED = 4
"""Altered copies of each film that the template is fitted on."""

STRENGTH = 0.01
"""Inverse of the penalty; from 0.001 to 0.1 little changes."""

TEMPLATE = Path(orientation.__file__).with_name("upright.txt")
HEADER = """\
Weights of an upright frontal film, by which orientation.py tells how a film lies.
Fitted by `python benchmarks/orientation.py --radiographs <chest_xray/train> --write` on films of
Kermany, Zhang, Goldbaum (2018), doi 10.17632/rscbjbr9sj, CC BY 4.0."""

SIDE = 64
WAYS = {
    "upright": lambda film: film,
    orientation.INVERTED: lambda film: 255 - film,
    orientation.ON_ITS_SIDE: np.rot90,
    f"{orientation.ON_ITS_SIDE}, the other": lambda film: np.rot90(film, 3),
    orientation.UPSIDE_DOWN: lambda film: np.rot90(film, 2),
    f"{orientation.UPSIDE_DOWN}, mirrored": np.flipud,
    orientation.MIRRORED: np.fliplr,
}

Films = list[np.ndarray]


def main() -> None:
    """Fit if asked to, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--radiographs", type=Path, required=True)
    parser.add_argument("--also", type=Path, nargs="*", default=[])
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    parameters = load_parameters("base")
    options = IngestionOptions.model_validate(parameters["ingestion"])
    fitted, held_out = _by_patient(_films(given.radiographs, options), options)
    if given.write:
        np.savetxt(TEMPLATE, fit(fitted), fmt="%6.3f", header=HEADER)
    phantoms = make_phantoms(PhantomOptions.model_validate(parameters["fetch"]["phantoms"]), 42)
    collections = {
        "fitted on": fitted,
        "held out": held_out,
        "phantoms": list(_decoded(phantoms, options).values()),
        **{folder.name: list(_films(folder, options).values()) for folder in given.also},
    }
    for line in table(collections):
        print(line)


def fit(films: Films) -> np.ndarray:
    """Fit weights by which each film has a higher logit than each of its 15 copies."""
    rng = np.random.default_rng(0)
    differences = np.concatenate([_differences(alter(film, rng)) for film in films * ALTERED])
    # A logistic regression wants both classes; the difference the other way round is the other.
    first = rng.random(len(differences)) < 0.5
    signed = np.where(first[:, np.newaxis], differences, -differences)
    model = LogisticRegression(C=STRENGTH, fit_intercept=False, tol=1e-3, max_iter=300)
    side = orientation.SIDE
    return model.fit(signed, first).coef_.reshape(side, side)


def alter(film: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Crop, stretch, turn a little, brighten, frame and mark a film at random, as others may be."""
    across, down = rng.uniform(0.75, 1.05, 2)
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), rng.normal(0, 4), 1)
    matrix /= [[across], [down]]
    matrix[:, 2] += SIDE / 2 * (1 - 1 / np.array([across, down])) + rng.uniform(-5, 5, 2)
    edge = rng.choice([cv2.BORDER_CONSTANT, cv2.BORDER_REPLICATE])
    moved = cv2.warpAffine(film, matrix, (SIDE, SIDE), borderMode=int(edge)) / 255
    grey = moved ** np.exp(rng.normal(0, 0.35))
    if rng.random() < 0.3:  # black borders above and below, or on both sides
        first, last = rng.integers(0, SIDE // 5, 2)
        framed = np.pad(cv2.resize(grey, (SIDE, SIDE - first - last)), ((first, last), (0, 0)))
        grey = (
            framed
            if rng.random() < 0.5
            else np.pad(cv2.resize(grey, (SIDE - first - last, SIDE)), ((0, 0), (first, last)))
        )
    if rng.random() < 0.5:  # a mark in any corner, so that none is learnt from
        height, width = rng.integers(3, 10, 2)
        top, left = rng.choice([0, SIDE - height]), rng.integers(0, SIDE - width)
        grey[top : top + height, left : left + width] = rng.random() < 0.7
    return (255 * grey).astype(np.uint8)


def table(collections: Mapping[str, Films]) -> Iterator[str]:
    """Give how often each collection's films, and their changed copies, are told to be odd."""
    yield "| films | n | " + " | ".join(WAYS) + " | upright, told odd |"
    yield "| --- | ---: | " + " | ".join("---:" for _ in WAYS) + " | ---: |"
    for name, films in collections.items():
        told = {
            way: [orientation_of(np.ascontiguousarray(change(film))) for film in films]
            for way, change in WAYS.items()
        }
        shares = [
            _share(way.split(",")[0] in said for said in told[way])
            for way in WAYS
            if way != "upright"
        ]
        kinds = ", ".join(
            f"{kind} {_share(kind in said for said in told['upright'])}"
            for kind in orientation.LEAST
        )
        right = _share(not said for said in told["upright"])
        yield f"| {name} | {len(films):,} | {right} | {' | '.join(shares)} | {kinds} |"


def _share(found: Iterable[bool]) -> str:
    return f"{np.mean(list(found)):.2%}"


def _differences(film: np.ndarray) -> np.ndarray:
    ways = np.stack([way.ravel() for way in copies(standardised(film))])
    return ways[0] - np.concatenate([ways[1:], -ways])


def _films(folder: Path, options: IngestionOptions) -> dict[str, np.ndarray]:
    return _decoded(RadiographFolderDataset(str(folder)).load(), options)


def _decoded(
    files: Mapping[str, Callable[[], bytes]], options: IngestionOptions
) -> dict[str, np.ndarray]:
    """Give each readable film at 64 × 64, all that is needed to shrink it further."""
    return {
        file.path: cv2.resize(file.pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        for file in scan(files, options)
        if file.pixels is not None
    }


def _by_patient(films: Mapping[str, np.ndarray], options: IngestionOptions) -> tuple[Films, Films]:
    layout = Layout(options.class_folders, options.patient_patterns)
    parts: tuple[Films, Films] = ([], [])
    for path, film in films.items():
        patient = layout.patient(path, layout.place(path)).patient_id
        parts[zlib.crc32(patient.encode()) % 1000 >= 1000 * FITTED].append(film)
    return parts


if __name__ == "__main__":
    main()

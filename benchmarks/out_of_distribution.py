"""Measure how well films unlike those of train are told; no benchmark of speed.

python benchmarks/out_of_distribution.py --run RESULTS --env ENV --model NAME --held-out FOLDER

RESULTS is where `kedro run --env ENV` has trained and evaluated the model, FOLDER holds films of
other patients of the same source. Their share of false alarms is measured, and how many are found
of: the same films inverted, turned and mirrored; the project's phantoms; crops of photographs that
come with scikit-learn and matplotlib; slices that come with pydicom; drawn pages of text, noise and
blank films.
"""

import argparse
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pandas as pd
from parameters import load_parameters
from PIL import Image, ImageDraw
from sklearn.datasets import load_sample_images

from pneumoscope.datasets.keras_model import KerasModelDataset
from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.datasets.record import RecordDataset
from pneumoscope.evaluation.proportions import clopper_pearson
from pneumoscope.ingestion.layout import UNASSIGNED, Layout, Place
from pneumoscope.ingestion.scan import scan
from pneumoscope.naming import Label
from pneumoscope.options import IngestionOptions, PhantomOptions, PreprocessingOptions
from pneumoscope.out_of_distribution.distances import KINDS, distance_of
from pneumoscope.out_of_distribution.false_alarms import is_beyond
from pneumoscope.out_of_distribution.films import measure_films
from pneumoscope.phantoms.collection import make_phantoms
from pneumoscope.radiographs.transforms import preprocess

RECORDS = "pneumoscope.out_of_distribution.records"
Films = list[np.ndarray]

TURNED: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "inverted": lambda film: 255 - film,
    "on its side": np.rot90,
    "on its other side": lambda film: np.rot90(film, 3),
    "upside down": lambda film: np.rot90(film, 2),
    "mirrored left to right": np.fliplr,
}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--run", "--env", "--model", "--held-out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--most", type=int, default=4000, help="films of FOLDER at most")
    given = parser.parse_args()
    parameters = load_parameters(given.env)
    ingestion = IngestionOptions.model_validate(parameters["ingestion"])
    options = PreprocessingOptions.model_validate(parameters["preprocessing"])
    held = decoded(Path(given.held_out), ingestion, given.most)
    kinds: dict[str, Films] = {"held out, as they are": list(held.values())}
    fewer = list(held.values())[:: max(1, len(held) // 300)]
    kinds |= {f"held out, {way}": [turn(film) for film in fewer] for way, turn in TURNED.items()}
    drawn = make_phantoms(PhantomOptions.model_validate(parameters["fetch"]["phantoms"]), 42)
    phantoms = [file.pixels for file in scan(drawn, ingestion) if file.pixels is not None]
    kinds |= {"phantoms": phantoms[:200], **foreign(np.random.default_rng(0))}
    told = Teller(Path(given.run), given.model)
    print(told.promise)
    print("| films | n | told | 95 % interval | by pixels | by layout | by the model | by lie |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, films in kinds.items():
        print(
            told.row(name, np.stack([preprocess(np.ascontiguousarray(f), options) for f in films]))
        )
    print(told.by_patient(held, ingestion, options))


class Teller:
    """One model with what it was evaluated with."""

    def __init__(self, run: Path, model: str) -> None:
        """Load what lies in the results of a run."""
        versions = sorted((run / f"06_models/{model}/model.keras").iterdir())
        self.model = KerasModelDataset(filepath=str(versions[-1] / "model.keras")).load()
        output = run / "07_model_output" / model
        self.reference, self.limits = (
            RecordDataset(str(output / f"{file}.json"), f"{RECORDS}.{record}").load()
            for file, record in (("reference", "Reference"), ("false_alarms", "FalseAlarms"))
        )

    @property
    def promise(self) -> str:
        """What was promised, and from what."""
        limits, reference = self.limits, self.reference
        return (
            f"Train {reference.radiographs:,} films of {reference.patients:,} patients; validation "
            f"{limits.radiographs:,} of {limits.patients:,}; {limits.asked:.2%} of false alarms "
            f"asked for, {limits.promised:.2%} promised; distance {limits.threshold:.2f}."
        )

    def measured(self, films: np.ndarray) -> pd.DataFrame:
        """Measure films, uint8 (n, height, width, 1)."""
        rows = pd.DataFrame({"radiograph_id": range(len(films)), "patient_id": range(len(films))})
        return measure_films(self.model, self.reference, films, rows, 64, "measuring")

    def row(self, name: str, films: np.ndarray) -> str:
        """Give the share that is told, also by each kind of numbers alone."""
        found = self.measured(films)
        share = float(is_beyond(self.limits, distance_of(found)).mean())
        low, high = clopper_pearson(share, len(films), 0.95)
        alone = [
            *((found[kind] > self.limits.threshold).mean() for kind in KINDS),
            (found["orientation"] != "").mean(),
        ]
        parts = " | ".join(f"{one:.1%}" for one in alone)
        return f"| {name} | {len(films):,} | {share:.2%} | {low:.2%} to {high:.2%} | {parts} |"

    def by_patient(
        self,
        held: Mapping[str, np.ndarray],
        ingestion: IngestionOptions,
        options: PreprocessingOptions,
    ) -> str:
        """Give the share of false alarms in which each patient counts once, and by class."""
        films = np.stack([preprocess(film, options) for film in held.values()])
        told = is_beyond(self.limits, distance_of(self.measured(films)))
        layout = Layout(ingestion.class_folders, ingestion.patient_patterns)
        nowhere = Place(UNASSIGNED, Label.NORMAL)
        patient = [layout.patient(path, nowhere).patient_id for path in held]
        label = [layout.place(path).label.value for path in held]
        table = pd.DataFrame({"told": told, "patient": patient, "label": label})
        shares = table.groupby("patient")["told"].mean()
        classes = table.groupby("label")["told"].mean()
        each = ", ".join(f"{name} {share:.2%}" for name, share in classes.items())
        return (
            f"\nFalse alarms, each of {len(shares):,} patients once: {shares.mean():.2%}; {each}."
        )


def decoded(folder: Path, options: IngestionOptions, most: int) -> dict[str, np.ndarray]:
    """Decode films of a folder, evenly spread over it."""
    files = RadiographFolderDataset(str(folder)).load()
    names = sorted(files)
    chosen = [names[i] for i in np.linspace(0, len(names) - 1, min(most, len(names))).astype(int)]
    read = scan({name: files[name] for name in chosen}, options)
    return {file.path: file.pixels for file in read if file.pixels is not None}


def foreign(rng: np.random.Generator) -> dict[str, Films]:
    """Give films that show no chest."""
    return {
        "photographs and crops of them": list(_photographs(200, rng)),
        "slices of CT, MR and others": list(_slices()),
        "pages of text": [_page(rng) for _ in range(60)],
        "noise, fine to coarse": [
            _noise(blur, rng) for blur in (0, 1, 3, 8, 20) for _ in range(20)
        ],
        "blank": [np.full((224, 224), level, np.uint8) for level in range(0, 256, 5)],
    }


def _photographs(count: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    portrait = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    whole = [
        np.asarray(Image.fromarray(image).convert("L")) for image in load_sample_images().images
    ]
    whole.append(np.asarray(Image.open(portrait, formats=["JPEG"]).convert("L")))
    yield from whole
    for _ in range(count - len(whole)):
        image = whole[rng.integers(len(whole))]
        side = int(rng.uniform(0.25, 0.9) * min(image.shape))
        top, left = (rng.integers(0, length - side + 1) for length in image.shape)
        yield image[top : top + side, left : left + side]


def _slices() -> Iterator[np.ndarray]:
    """Give the frames of pydicom's test files that show a body, windowed by percentiles."""
    import pydicom
    from pydicom.data import get_testdata_files

    for file in sorted(get_testdata_files()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                read = pydicom.dcmread(file)
                pixels = np.asarray(read.pixel_array, dtype=float)
            except Exception:  # half of them are made to be unreadable
                continue
        while pixels.ndim > 2:
            pixels = pixels.mean(axis=-1) if pixels.shape[-1] == 3 else pixels[0]
        if min(pixels.shape) >= 60 and read.get("Modality") in ("CT", "MR", "NM", "US"):
            low, high = np.percentile(pixels, (1, 99))
            yield (255 * np.clip((pixels - low) / max(high - low, 1), 0, 1)).astype(np.uint8)


def _page(rng: np.random.Generator) -> np.ndarray:
    page = Image.new("L", (600, 800), 255)
    pen, words = ImageDraw.Draw(page), __doc__.split()
    for top in range(20, 780, int(rng.integers(14, 30))):
        line = " ".join(rng.choice(words, int(rng.integers(4, 14))))
        pen.text((20, top), line, fill=int(rng.integers(0, 80)))
    return np.asarray(page)


def _noise(blur: float, rng: np.random.Generator) -> np.ndarray:
    grey = rng.normal(size=(224, 224))
    if blur:
        grey = cv2.GaussianBlur(grey, (0, 0), blur)
    return np.clip(128 + 50 * grey / grey.std(), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()

"""Ingestion and preprocessing of originals, against the plain route and against the limit.

python benchmarks/ingestion.py [--radiographs FOLDER] [--count 1600] [--repeats 5]

Sizes are those of the environment `kermany`.
"""

import hashlib
import logging
import os
import re
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import simplejpeg
from originals import gather
from parameters import load_parameters
from PIL import Image
from timing import Section, alternate, arguments, publish, speed

from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.datasets.sharded_images import ShardedImagesDataset
from pneumoscope.options import IngestionOptions, PreprocessingOptions
from pneumoscope.pipelines.ingestion import nodes as ingestion
from pneumoscope.pipelines.preprocessing import nodes as preprocessing
from pneumoscope.radiographs.acquisition import measure_film
from pneumoscope.radiographs.appearance import appearance_of
from pneumoscope.radiographs.decoders.jpeg import SCALES
from pneumoscope.radiographs.decoding import decode
from pneumoscope.radiographs.transforms import preprocess

TEXT = """\
From {count} files to arrays of {height}×{width}: this project reads and hashes every file once,
decodes it, sorts it into manifest or quarantine, measures marks and borders, compares every film
with every other, audits the collection, stores the working scale, resizes and stores the arrays
that training reads. The plain route opens, converts to RGB and resizes with Pillow, one thread,
and keeps the arrays in memory; Pillow's default filter is bicubic, and with the triangle filter
that this project uses it is faster. The limit does nothing but decode: libjpeg-turbo {turbo}
through OpenCV, to grey, a thread a core. Decoded at full size it is what the aim speaks of; scaled
by 2, 4 or 8 while it is decoded, as this project does, is the least that anyone could spend. All
read the same files from a warm cache. Profile: processor time of one thread for one film."""

LIBJPEG_SCALES = {
    1: cv2.IMREAD_GRAYSCALE,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
}
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Films:
    """The files that every route reads, and what the environment asks of them."""

    folder: Path
    files: list[Path]
    ingestion: IngestionOptions
    preprocessing: PreprocessingOptions


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__, repeats=5)
    parser.add_argument("--count", type=int, default=1600)
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = gather(given.radiographs, given.count, Path(scratch, "films"))
        section = measure(_films(folder), Path(scratch), given.repeats)
    publish(section, given.into)


def measure(films: Films, scratch: Path, repeats: int) -> Section:
    """Time all routes alternately and profile this project's parts."""
    seconds = alternate(
        {
            "ours": lambda: ours(films, scratch / "results"),
            "plain": lambda: plain(films, Image.Resampling.BICUBIC),
            "plain, triangle": lambda: plain(films, Image.Resampling.BILINEAR),
            "limit": lambda: limit(films, lambda _: cv2.IMREAD_GRAYSCALE),
            "limit, scaled": lambda: limit(films, _scales(films).__getitem__),
        },
        repeats,
    )
    count, what = len(films.files), "ingestion + preprocessing"
    rows = [
        speed(what, against, seconds["ours"], seconds[route], 1000 / count, "ms a film", aim)
        for route, against, aim in (
            ("plain", "Pillow, RGB, resize, one thread", 5.0),
            ("plain, triangle", "the same with a triangle filter", 5.0),
            ("limit", "bare libjpeg-turbo, grey, all cores", 0.65),
            ("limit, scaled", "the same, scaled while decoded", 0.65),
        )
    ]
    height, width = films.preprocessing.size
    text = TEXT.format(count=count, height=height, width=width, turbo=_libjpeg_turbo())
    command = "python benchmarks/ingestion.py"
    return Section("Ingestion and preprocessing", command, text, rows, profile(films, scratch))


def ours(films: Films, results: Path) -> None:
    """Run the node functions of ingestion and preprocessing through the project's datasets."""
    radiographs = RadiographFolderDataset(str(films.folder))
    decoded = DecodedRadiographsDataset(str(results / "decoded"))
    files = radiographs.load()
    layout = ingestion.choose_layout(files, {}, films.ingestion, {}, None)
    decoded.save(ingestion.scan_files(files, layout, films.ingestion, "folder", None))
    unchecked, quarantine = ingestion.sort_files(decoded.load(), layout, films.ingestion)
    manifest = ingestion.check_manifest(unchecked, quarantine, layout, films.ingestion)
    similar = ingestion.compare_radiographs(manifest, decoded.load())
    acquisition = ingestion.collect_acquisition(manifest, decoded.load())
    ingestion.audit_radiographs(
        manifest, quarantine, decoded.load(), similar, acquisition, layout, films.ingestion
    )
    rows = manifest.assign(split="train")
    images = preprocessing.transform_radiographs(decoded.load(), rows, films.preprocessing)
    ShardedImagesDataset(str(results / "images")).save(images)


def plain(films: Films, resampling: Image.Resampling) -> np.ndarray:
    """Do what a short script does."""
    height, width = films.preprocessing.size
    return np.stack(
        [
            np.asarray(Image.open(file).convert("RGB").resize((width, height), resampling))
            for file in films.files
        ]
    )


def limit(films: Films, scale: Callable[[Path], int]) -> None:
    """Decode every file to grey and drop it, with a thread a core."""

    def decode_file(file: Path) -> None:
        cv2.imdecode(np.fromfile(file, dtype=np.uint8), scale(file))

    with ThreadPoolExecutor(CORES) as pool:
        for _ in pool.map(decode_file, films.files):
            pass


def profile(films: Films, scratch: Path) -> list[tuple[str, str]]:
    """Give the processor time of each part for one film, in one thread."""
    contents = [file.read_bytes() for file in films.files]
    pixels = [decode(content, films.ingestion).pixels for content in contents]
    images = [preprocess(part, films.preprocessing) for part in pixels]
    listed = list(RadiographFolderDataset(str(films.folder)).load().values())
    with (scratch / "profile.bin").open("wb") as stream:
        milliseconds = {
            "check the path, and its size": _cost(attrgetter("size"), listed),
            "check the path again, and read": _cost(lambda read: read(), listed),
            "SHA-256": _cost(hashlib.sha256, contents),
            "libjpeg-turbo, scaled, grey": (bare := _cost(_bare(films.ingestion), contents)),
            "checks, header and copy": _cost(lambda c: decode(c, films.ingestion), contents) - bare,
            "write the working scale": _cost(lambda part: stream.write(part.data), pixels),
            "marks, borders and the small film": _cost(measure_film, pixels),
            "brightness, contrast, which way up": _cost(appearance_of, pixels),
            "resize": _cost(lambda part: preprocess(part, films.preprocessing), pixels),
            "write the array": _cost(lambda image: stream.write(image.tobytes()), images),
        }
    return _as_profile(milliseconds)


def _cost(part: Callable[[Any], object], items: list[Any]) -> float:
    """Give the least processor time of three passes, in ms an item."""
    passes = []
    for _ in range(3):
        started = time.process_time()
        for item in items:
            part(item)
        passes.append(time.process_time() - started)
    return min(passes) / len(items) * 1000


def _bare(options: IngestionOptions) -> Callable[[bytes], None]:
    def bare(content: bytes) -> None:
        height, width, *_ = simplejpeg.decode_jpeg_header(content)
        room = min(width, height) // options.working_side
        scale = next((scale for scale in SCALES if scale <= room), 1)
        least = {"min_height": -(-height // scale), "min_width": -(-width // scale)}
        simplejpeg.decode_jpeg(content, "GRAY", **least)

    return bare


def _as_profile(milliseconds: dict[str, float]) -> list[tuple[str, str]]:
    total = sum(milliseconds.values())
    ranked = sorted(milliseconds.items(), key=lambda item: -item[1])
    shown = [(part, f"{cost:.2f} ms ({cost / total:.0%})") for part, cost in ranked]
    return [*shown, ("together", f"{total:.2f} ms")]


def _films(folder: Path) -> Films:
    parameters = load_parameters("kermany")
    return Films(
        folder,
        sorted(folder.rglob("*.jpeg")),
        IngestionOptions.model_validate(parameters["ingestion"]),
        PreprocessingOptions.model_validate(parameters["preprocessing"]),
    )


def _scales(films: Films) -> dict[Path, int]:
    """Say how far libjpeg may scale each film: as far as this project's working side allows."""
    scales = {}
    for file in films.files:
        with Image.open(file) as image:
            room = min(image.size) // films.ingestion.working_side
        scales[file] = LIBJPEG_SCALES[max(s for s in LIBJPEG_SCALES if s <= max(1, room))]
    return scales


def _libjpeg_turbo() -> str:
    named = re.search(r"libjpeg-turbo \(ver ([\d.]+)", cv2.getBuildInformation())
    return named.group(1) if named else "of an unknown version"


if __name__ == "__main__":
    main()

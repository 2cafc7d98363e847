"""Radiographs of a detector's size to measure on: drawn, or taken from a folder."""

import zlib
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

from PIL import Image

from pneumoscope.options import PhantomOptions
from pneumoscope.phantoms.collection import make_phantoms

PHANTOMS = PhantomOptions(patients=24, shorter_side=(900, 1500))
CLASSES = ("NORMAL", "PNEUMONIA")


def gather(given: Path | None, count: int, folder: Path) -> Path:
    """Give a folder of `count` radiographs, multiplied from the given ones or from phantoms."""
    originals = given or draw_phantoms(folder.with_name(f"{folder.name}-drawn"))
    return multiply(originals, count, folder)


def lay_out(radiographs: Path | None, train: int, test: int, scratch: Path) -> Path:
    """Give a folder of radiographs in train/ and test/, of different patients."""
    films = gather(radiographs, train + test, scratch / "films")
    for film in sorted(films.rglob("*.jpeg"), key=lambda film: film.stem[::-1])[:test]:
        target = films / "test" / film.parent.name / film.name
        target.parent.mkdir(parents=True, exist_ok=True)
        film.rename(target)
    return films


def draw_phantoms(folder: Path, options: PhantomOptions = PHANTOMS) -> Path:
    """Draw phantoms, large ones unless told otherwise, into a folder."""
    for path, read in make_phantoms(options, seed=1).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(read())
    return folder


def multiply(originals: Path, count: int, folder: Path) -> Path:
    """Copy radiographs round and round under new patients' names until there are `count`."""
    for number, film in enumerate(islice(cycle(_films(originals)), count)):
        target = _new_patient(folder, number, film.parent.name)
        # A comment after the end of the image makes each file's bytes its own.
        target.write_bytes(film.read_bytes() + str(number).encode())
    return folder


def blend(originals: Path, count: int, folder: Path) -> Path:
    """Make radiographs of new patients that look no more alike than those of different patients.

    Each is the mean of two different ones of a class, no two of the same two, in grey. As a picture
    such a film is as far from any other as `ingestion.similarity` asks: one of two parents that
    two films share makes a correlation of about a half.
    """
    films = _films(originals)
    peers = {label: [film for film in films if film.parent.name == label] for label in CLASSES}
    rounds = -(-count // len(films))
    fewest = min(map(len, peers.values()))
    if rounds > (fewest - 1) // 2:
        raise SystemExit(
            f"expected enough radiographs of each class to blend {count:,} different ones, "
            f"received {len(films):,} with {fewest:,} of the rarer class below {originals}"
        )
    place = {film: number for one in peers.values() for number, film in enumerate(one)}

    def write(number: int) -> None:
        film, apart = films[number % len(films)], 1 + number // len(films)
        label = film.parent.name
        other = peers[label][(place[film] + apart) % len(peers[label])]
        with Image.open(film) as first, Image.open(other) as second:
            grey = first.convert("L")
            both = Image.blend(grey, second.convert("L").resize(grey.size), 0.5)
        both.save(_new_patient(folder, number, label), quality=75)

    with ThreadPoolExecutor() as threads:
        for _ in threads.map(write, range(count)):
            pass
    return folder


def _films(originals: Path) -> list[Path]:
    # In no order that means anything: the first few are then a fair sample of both classes.
    films = sorted(
        (film for label in CLASSES for film in originals.glob(f"**/{label}/*.jp*g")),
        key=lambda film: (zlib.crc32(film.name.encode()), film),
    )
    if not films:
        raise SystemExit(f"expected JPEG files in NORMAL and PNEUMONIA below {originals}")
    return films


def _new_patient(folder: Path, number: int, label: str) -> Path:
    """Give the path of a film of a patient who has no other."""
    name = f"IM-{number:05d}-0001" if label == "NORMAL" else f"person{number}_bacteria_{number}"
    target = folder / "train" / label / f"{name}.jpeg"
    target.parent.mkdir(parents=True, exist_ok=True)
    return target

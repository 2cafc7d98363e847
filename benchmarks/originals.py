"""Radiographs of a detector's size to measure on: drawn, or taken from a folder."""

import zlib
from itertools import cycle, islice
from pathlib import Path

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


def draw_phantoms(folder: Path) -> Path:
    """Draw large phantoms into a folder."""
    for path, read in make_phantoms(PHANTOMS, seed=1).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(read())
    return folder


def multiply(originals: Path, count: int, folder: Path) -> Path:
    """Copy radiographs round and round under new patients' names until there are `count`."""
    # In no order that means anything: the first few are then a fair sample of both classes.
    films = sorted(
        (film for label in CLASSES for film in originals.glob(f"**/{label}/*.jp*g")),
        key=lambda film: (zlib.crc32(film.name.encode()), film),
    )
    if not films:
        raise SystemExit(f"expected JPEG files in NORMAL and PNEUMONIA below {originals}")
    for number, film in enumerate(islice(cycle(films), count)):
        label = film.parent.name
        name = f"IM-{number:05d}-0001" if label == "NORMAL" else f"person{number}_bacteria_{number}"
        target = folder / "train" / label / f"{name}.jpeg"
        target.parent.mkdir(parents=True, exist_ok=True)
        # A comment after the end of the image makes each file's bytes its own.
        target.write_bytes(film.read_bytes() + str(number).encode())
    return folder

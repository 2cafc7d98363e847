"""DICOM films against the bare decoding of their pixels by the fastest library for each syntax.

python benchmarks/dicom.py [--radiographs FOLDER] [--repeats 5] [--side 2000]

It needs the extra dicom.
"""

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import imagecodecs
import numpy as np
import pydicom
import simplejpeg
from originals import draw_phantoms
from PIL import Image
from timing import PROJECT, Section, alternate, arguments, publish, speed

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoding import decode

sys.path.insert(0, str(PROJECT / "tests/support"))

from dicom_files import COMPRESSED, LOSSY, PLAIN, film

OPTIONS = DecodingOptions(
    working_side=128, max_megabytes=256, max_megapixels=80, max_aspect=5, max_scans=64
)
SLOWEST = 1.3
AIM = round(1 / SLOWEST, 2)
FILMS = 3

TEXT = """\
Films of {size} pixels, of 12 bits where the syntax allows it, else 8, all bytes in memory. *Ours*:
`decode`, from the bytes of the file to grey pixels at working scale (128): elements, pixels,
tables, reduction. *Against*: from the bytes of the codestream alone to the pixels as stored, by the
fastest library that reads the syntax; of films without compression, pydicom's `dcmread` and
`pixel_array`. The aim is at most {slowest} times the bare decoding, a ratio of at least {aim}."""

JPEG_8, JPEG_12 = LOSSY["JPEG baseline"], LOSSY["JPEG extended"]


def by_pydicom(data: bytes) -> np.ndarray:
    return pydicom.dcmread(BytesIO(data)).pixel_array


def by_pillow(frame: bytes) -> np.ndarray:
    with Image.open(BytesIO(frame), formats=["JPEG2000"]) as image:
        return np.asarray(image)


BARE: dict[str, tuple[str, Callable[[bytes], object]]] = {
    COMPRESSED["RLE"]: ("imagecodecs", lambda frame: imagecodecs.dicomrle_decode(frame, "<u2")),
    COMPRESSED["JPEG lossless SV1"]: ("imagecodecs", imagecodecs.jpeg8_decode),
    JPEG_8: ("libjpeg-turbo", lambda frame: simplejpeg.decode_jpeg(frame, "GRAY")),
    JPEG_12: ("imagecodecs", imagecodecs.jpeg8_decode),
    COMPRESSED["JPEG-LS"]: ("imagecodecs", imagecodecs.jpegls_decode),
    COMPRESSED["JPEG 2000 lossless"]: ("Pillow", by_pillow),
    LOSSY["JPEG 2000"]: ("Pillow", by_pillow),
}


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__, repeats=5)
    parser.add_argument("--side", type=int, default=2000)
    given = parser.parse_args()
    with TemporaryDirectory() as scratch:
        folder = given.radiographs or draw_phantoms(Path(scratch) / "films")
        section = measure(Path(folder), given.side, given.repeats)
    publish(section, given.into)


def measure(folder: Path, side: int, repeats: int) -> Section:
    """Time every syntax against its bare decoder, in turn."""
    films = [_grey(path, side) for path in sorted(folder.rglob("*.jp*g"))[:FILMS]]
    rows = []
    for name, syntax in (PLAIN | COMPRESSED | LOSSY).items():
        if syntax not in BARE and name not in PLAIN:
            continue
        bits = 8 if syntax == JPEG_8 else 12
        made = [film(_deep(grey, bits), syntax, bits, **_window(bits)) for grey in films]
        against, bare = BARE.get(syntax, ("pydicom", by_pydicom))
        given = made if name in PLAIN else [_frame(data) for data in made]
        seconds = alternate(
            {
                f"{name}, ours": lambda made=made: [decode(data, OPTIONS) for data in made],
                f"{name}, bare": lambda given=given, bare=bare: [bare(data) for data in given],
            },
            repeats,
        )
        ours, theirs = seconds.values()
        rows.append(speed(name, against, ours, theirs, 1000 / len(made), "ms", AIM))
    text = TEXT.format(size=f"{side}×{side}", slowest=SLOWEST, aim=AIM)
    return Section("DICOM", "python benchmarks/dicom.py", text, rows)


def _grey(path: Path, side: int) -> np.ndarray:
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return cv2.resize(grey, (side, side), interpolation=cv2.INTER_CUBIC)


def _deep(grey: np.ndarray, bits: int) -> np.ndarray:
    """Give as many bits, the lower ones as noisy as a detector's."""
    if bits == 8:
        return grey.astype(np.int64)
    grain = np.random.default_rng(0).integers(0, 1 << (bits - 8), grey.shape)
    return grey.astype(np.int64) * (1 << (bits - 8)) + grain


def _window(bits: int) -> dict[str, int]:
    return {"WindowCenter": 1 << (bits - 1), "WindowWidth": 1 << bits}


def _frame(data: bytes) -> bytes:
    dataset = pydicom.dcmread(BytesIO(data))
    return next(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1))


if __name__ == "__main__":
    main()

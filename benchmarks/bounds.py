"""What the costliest files within the bounds cost to decode; no benchmark against anything.

python benchmarks/bounds.py [--megapixels 79]

Each file is written and decoded in processes of their own, so that memory is that of one decode.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from parameters import load_parameters
from PIL import Image

from pneumoscope.options import IngestionOptions
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph
from pneumoscope.radiographs.decoding import decode

KINDS = {
    "JPEG, grey": ("JPEG", 1, np.uint8, {"quality": 95}),
    "JPEG, colour, progressive": ("JPEG", 3, np.uint8, {"quality": 95, "progressive": True}),
    "PNG, grey": ("PNG", 1, np.uint8, {"compress_level": 1}),
    "PNG, grey of 16 bits": (".png", 1, np.uint16, {}),
    "PNG, colour and alpha of 16 bits, flat": (".png", 4, np.uint16, {}),
    "TIFF, colour of 16 bits, flat": (".tiff", 3, np.uint16, {}),
    "WebP": ("WEBP", 3, np.uint8, {"quality": 60, "method": 0}),
    "JPEG 2000": ("JPEG2000", 1, np.uint8, {}),
    "AVIF": ("AVIF", 3, np.uint8, {"speed": 10, "quality": 50}),
}


def main() -> None:
    """Write and decode one file of each kind and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, default=79)
    parser.add_argument("--write", nargs=2)
    parser.add_argument("--decode")
    given = parser.parse_args()
    if given.write:
        Path(given.write[1]).write_bytes(write(given.write[0], given.megapixels))
    elif given.decode:
        print(cost(Path(given.decode)))
    else:
        print("| file | size | processor time | peak memory |\n| --- | ---: | ---: | ---: |")
        for kind in KINDS:
            print(row(kind, given.megapixels), flush=True)


def row(kind: str, megapixels: float) -> str:
    """Measure one kind in processes of their own."""
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/film"
        again = [sys.executable, __file__, "--megapixels", str(megapixels)]
        subprocess.run([*again, "--write", kind, file], check=True)
        decoded = subprocess.run(
            [*again, "--decode", file], check=True, capture_output=True, text=True
        ).stdout.strip()
        return f"| {kind} | {Path(file).stat().st_size / 1e6:,.0f} MB | {decoded} |"


def write(kind: str, megapixels: float) -> bytes:
    """Write noise over and over, or one grey where noise would be too large to be read."""
    encoder, channels, depth, options = KINDS[kind]
    side = int((megapixels * 1e6) ** 0.5)
    noise = np.random.default_rng(0).integers(0, np.iinfo(depth).max, (256, 256, channels))
    tile = (cv2.blur(noise.astype(np.float32), (3, 3)).reshape(noise.shape) // 2).astype(depth)
    if channels > 1 and depth is np.uint16:
        tile[:] = 30_000
    film = np.tile(tile, (side // 256 + 1, side // 256 + 1, 1))[:side, :side]
    if encoder.startswith("."):
        return cv2.imencode(encoder, film)[1].tobytes()
    buffer = BytesIO()
    Image.fromarray(film.squeeze()).save(buffer, encoder, **options)
    return buffer.getvalue()


def cost(file: Path) -> str:
    """Decode a file and give its processor time and the peak memory beyond the start's."""
    options = IngestionOptions.model_validate(load_parameters("base")["ingestion"])
    data = file.read_bytes()
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        decode(data, options)
        told = ""
    except UnreadableRadiograph as error:
        told = f" (refused: {str(error).split(':')[0]})"
    seconds = time.process_time() - started
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return f"{seconds:.1f} s{told} | {grown / 1024:,.0f} MB"


if __name__ == "__main__":
    main()

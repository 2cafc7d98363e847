"""DICOM films damaged in every way: read or refused with a reason, soon, and in little memory."""

import resource
import time

import numpy as np
import pytest

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph
from pneumoscope.radiographs.decoding import decode

pytest.importorskip("pydicom", reason="the extra dicom is not installed")
pytest.importorskip("imagecodecs", reason="the extra dicom is not installed")

from dicom_files import LOSSLESS, LOSSY, chest, film, table

BOUNDS = DecodingOptions(
    working_side=32, max_megabytes=4, max_megapixels=4, max_aspect=4, max_scans=20
)
SECONDS, MEGABYTES = 2.0, 300
SYNTAXES = LOSSLESS | LOSSY


def whole(rng: np.random.Generator) -> bytes:
    name = list(SYNTAXES)[rng.integers(len(SYNTAXES))]
    bits = 8 if name == "JPEG baseline" else 12
    tags = {"WindowCenter": 2000, "WindowWidth": 4000, "PatientAge": "034Y", "BitsStored": bits}
    if rng.random() < 0.3:
        tags["VOILUTSequence"] = [table(np.arange(4096), 0, 12)]
    return film(chest(bits, (48, 64), int(rng.integers(9))), SYNTAXES[name], bits, **tags)


def cut(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: rng.integers(1, len(data))]


def flip(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in rng.integers(0, len(data), rng.integers(1, 6)):
        changed[place] ^= 1 << rng.integers(8)
    return bytes(changed)


def lie(data: bytes, rng: np.random.Generator) -> bytes:
    """Overwrite bytes of the header by others: lengths, numbers and types."""
    changed = bytearray(data)
    at = int(rng.integers(132, min(len(data), 1200)))
    changed[at : at + 4] = [b"\xff" * 4, bytes(4), rng.bytes(4), b"\xff\xff\xff\x7f"][
        rng.integers(4)
    ]
    return bytes(changed)


def lose(data: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(0, len(data)))
    return data[:start] + data[start + int(rng.integers(1, 64)) :]


def repeat(data: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(132, len(data)))
    return data[:start] + data[start : start + 64] * int(rng.integers(2, 200)) + data[start:]


MUTATIONS = (cut, flip, flip, lie, lie, lose, repeat)


def check(seed: int, count: int) -> dict[str, int]:
    outcomes = {"read": 0, "refused": 0}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        data = whole(rng)
        data = MUTATIONS[rng.integers(len(MUTATIONS))](data, rng)
        started = time.process_time()
        try:
            found = decode(data, BOUNDS)
        except UnreadableRadiograph as error:
            assert str(error).strip()
            assert "Doe" not in str(error)
            outcomes["refused"] += 1
        else:
            assert found.pixels.dtype == np.uint8
            assert min(found.pixels.shape) > 0
            outcomes["read"] += 1
        assert time.process_time() - started < SECONDS, (seed, number)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MEGABYTES
    return outcomes


def test_400_damaged_films_are_read_or_refused():
    outcomes = check(seed=1, count=400)
    assert min(outcomes.values()) > 40


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 10))
def test_8_000_damaged_films_are_read_or_refused(seed):
    print(check(seed, 1000))

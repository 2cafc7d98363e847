"""DICOM films held against pydicom's own files and, pixel by pixel, against dcmtk's dcmj2pnm."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph
from pneumoscope.radiographs.decoding import decode

pytest.importorskip("pydicom", reason="the extra dicom is not installed")
pytest.importorskip("imagecodecs", reason="the extra dicom is not installed")

import pydicom
from dicom_files import COMPRESSED, LOSSY, PLAIN, chest, film, table

from pneumoscope.radiographs.decoders.dicom_file.elements import read_elements
from pneumoscope.radiographs.decoders.dicom_file.film import read_picture
from pneumoscope.radiographs.decoders.dicom_file.layout import read_layout
from pneumoscope.radiographs.decoders.dicom_file.levels import numbers_of
from pneumoscope.radiographs.decoders.dicom_file.pixels import read_pixels

OPTIONS = DecodingOptions(
    working_side=4000, max_megabytes=64, max_megapixels=16, max_aspect=20, max_scans=64
)
FILES = Path(pydicom.__file__).parent / "data" / "test_files"
STRICT = {"GDCMJ2K_TextGBR.dcm", "JPEG2000-embedded-sequence-delimiter.dcm"}
"""What OpenJPEG, told to be strict, calls damaged: a broken stream, and a header of nonsense."""

OF_12_BITS = {"JPEG-lossy.dcm", "JPGExtended.dcm"}
"""JPEG of 12 bits, which none of pydicom's plugins reads."""


def shipped() -> list[str]:
    named = (path for path in FILES.rglob("*") if path.is_file())
    kept = (path for path in named if path.suffix in (".dcm", "") and path.name != "README")
    return sorted(str(path.relative_to(FILES)) for path in kept)


def single(name: str) -> "pydicom.Dataset | None":
    """Read a file by pydicom, if it holds one frame of 8 or 16 bits."""
    found = pydicom.dcmread(FILES / name, force=True)
    whole = found.get("BitsAllocated") in (8, 16) and "PixelData" in found
    return found if whole and int(found.get("NumberOfFrames") or 1) == 1 else None


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", shipped())
def test_pixels_as_stored_are_those_that_pydicom_reads(name):
    expected = single(name)
    if expected is None or name in OF_12_BITS:
        pytest.skip("no single frame that pydicom reads")
    if expected.PhotometricInterpretation == "PALETTE COLOR":
        pytest.skip("palette colours are refused")
    elements = read_elements((FILES / name).read_bytes(), OPTIONS)
    layout = read_layout(elements, OPTIONS)
    if name in STRICT or "truncated" in name:
        with pytest.raises(UnreadableRadiograph):
            read_pixels(elements, layout, OPTIONS)
        return
    if "TransferSyntaxUID" not in expected.file_meta:
        expected.file_meta.TransferSyntaxUID = elements.syntax
    stored = read_pixels(elements, layout, OPTIONS)
    read = _by_pydicom(expected)
    if layout.grey:
        np.testing.assert_array_equal(numbers_of(stored)[stored.codes], read)
        return
    # Colours as RGB; of chroma that is stored at half the size, only luminance is the same in all.
    found = read_picture(elements, OPTIONS).pixels.astype(int)
    colour = read.astype(float) / 2 ** (8 * read.itemsize - 8)
    off = np.abs(found - colour @ [0.299, 0.587, 0.114])
    assert np.quantile(off, 0.9) <= 1.5


def _by_pydicom(expected: "pydicom.Dataset") -> np.ndarray:
    try:
        return expected.pixel_array
    except RuntimeError as error:
        pytest.skip(f"a plugin of pydicom is not installed: {error}")


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_file_is_read_or_refused_in_words(name):
    try:
        found = decode((FILES / name).read_bytes(), OPTIONS)
    except UnreadableRadiograph as error:
        assert len(str(error)) > 10
    else:
        assert found.pixels.shape == (found.height, found.width)


dcmtk = pytest.mark.skipif(
    shutil.which("dcmj2pnm") is None, reason="dcmj2pnm is not installed: apt-get install dcmtk"
)


def by_dcmtk(data: bytes, folder: Path, *options: str) -> np.ndarray:
    """Give grey levels as dcmtk shows them, without overlays."""
    given, made = folder / "film.dcm", folder / "film.pgm"
    given.write_bytes(data)
    if b"1.2.840.10008.1.2.4.8" in data[:400]:  # dcmj2pnm itself reads no JPEG-LS
        plain = folder / "plain.dcm"
        subprocess.run(["dcmdjpls", given, plain], check=True, capture_output=True)
        given = plain
    subprocess.run(
        ["dcmj2pnm", "--write-raw-pnm", "--no-overlays", *options, given, made],
        check=True, capture_output=True,
    )  # fmt: skip
    return np.asarray(Image.open(BytesIO(made.read_bytes())))


LOSSLESS_OF_DCMTK = [*PLAIN, "RLE", "JPEG lossless", "JPEG lossless SV1", "JPEG-LS"]


@dcmtk
@pytest.mark.slow
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("syntax", LOSSLESS_OF_DCMTK)
def test_lossless_films_are_those_of_dcmtk(tmp_path, syntax, bits, signed, photometric):
    values = chest(bits) - (2 ** (bits - 1) if signed else 0)
    centre, width = int(values.mean()), 2**bits // 3
    data = film(
        values, (PLAIN | COMPRESSED)[syntax], bits, signed=signed, photometric=photometric,
        WindowCenter=centre, WindowWidth=width, RescaleSlope=1, RescaleIntercept=0,
    )  # fmt: skip
    expected = by_dcmtk(data, tmp_path, "+Wi", "1")
    np.testing.assert_array_equal(decode(data, OPTIONS).pixels, expected)


@dcmtk
@pytest.mark.slow
@pytest.mark.parametrize(
    ("syntax", "bits"), [("JPEG baseline", 8), ("JPEG extended", 12), ("JPEG-LS near lossless", 16)]
)
def test_lossy_films_are_within_one_grey_level_of_dcmtk(tmp_path, syntax, bits):
    data = film(chest(bits), LOSSY[syntax], bits, WindowCenter=2 ** (bits - 1), WindowWidth=2**bits)
    off = decode(data, OPTIONS).pixels.astype(int) - by_dcmtk(data, tmp_path, "+Wi", "1")
    assert np.abs(off).max() <= 1


@dcmtk
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(OF_12_BITS))
def test_12_bits_of_others_are_within_one_value_of_dcmtk(tmp_path, name):
    elements = read_elements((FILES / name).read_bytes(), OPTIONS)
    stored = read_pixels(elements, read_layout(elements, OPTIONS), OPTIONS)
    plain = tmp_path / "plain.dcm"
    subprocess.run(["dcmdjpeg", FILES / name, plain], check=True, capture_output=True)
    expected = pydicom.dcmread(plain).pixel_array
    assert np.abs(numbers_of(stored)[stored.codes] - expected).max() <= 1


@dcmtk
@pytest.mark.slow
@pytest.mark.parametrize("function", ["LINEAR", "SIGMOID"])
def test_windows_and_rescale_are_those_of_dcmtk(tmp_path, function):
    data = film(
        chest(12), RescaleSlope=2, RescaleIntercept=-1000, VOILUTFunction=function,
        WindowCenter=2500, WindowWidth=3000,
    )  # fmt: skip
    off = decode(data, OPTIONS).pixels.astype(int) - by_dcmtk(data, tmp_path, "+Wi", "1")
    assert np.abs(off).max() <= 1


@dcmtk
@pytest.mark.slow
def test_tables_are_those_of_dcmtk(tmp_path):
    outputs = np.rint(255 * np.linspace(0, 1, 4096) ** 2).astype(int)
    data = film(chest(12), VOILUTSequence=[table(outputs, 0, 8)])
    off = decode(data, OPTIONS).pixels.astype(int) - by_dcmtk(data, tmp_path, "+Wl", "1")
    assert np.abs(off).max() <= 1
    modality = film(
        chest(12), ModalityLUTSequence=[table(np.arange(4096)[::-1], 0, 12)],
        WindowCenter=1000, WindowWidth=3000,
    )  # fmt: skip
    off = decode(modality, OPTIONS).pixels.astype(int) - by_dcmtk(modality, tmp_path, "+Wi", "1")
    assert np.abs(off).max() <= 1


@dcmtk
@pytest.mark.slow
@pytest.mark.parametrize("bits", [8, 10, 12])
def test_a_film_without_a_window_is_that_of_dcmtk(tmp_path, bits):
    data = film(chest(bits) // 2, bits=bits)
    np.testing.assert_array_equal(decode(data, OPTIONS).pixels, by_dcmtk(data, tmp_path))
    # Of white at zero dcmtk takes away from 255 before it cuts off, and so is off by one.
    data = film(chest(bits) // 2, bits=bits, photometric="MONOCHROME1")
    off = decode(data, OPTIONS).pixels.astype(int) - by_dcmtk(data, tmp_path)
    assert np.abs(off).max() <= 1

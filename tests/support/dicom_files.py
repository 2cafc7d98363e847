"""DICOM films of every usual transfer syntax, written by pydicom; import where it is installed."""

from io import BytesIO
from typing import Any

import numpy as np
import pydicom
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, generate_uid

PLAIN = {
    "implicit": "1.2.840.10008.1.2",
    "explicit": "1.2.840.10008.1.2.1",
    "deflated": "1.2.840.10008.1.2.1.99",
    "big endian": "1.2.840.10008.1.2.2",
}
COMPRESSED = {
    "RLE": "1.2.840.10008.1.2.5",
    "JPEG lossless": "1.2.840.10008.1.2.4.57",
    "JPEG lossless SV1": "1.2.840.10008.1.2.4.70",
    "JPEG-LS": "1.2.840.10008.1.2.4.80",
    "JPEG 2000 lossless": "1.2.840.10008.1.2.4.90",
}
LOSSLESS = PLAIN | COMPRESSED
LOSSY = {
    "JPEG baseline": "1.2.840.10008.1.2.4.50",
    "JPEG extended": "1.2.840.10008.1.2.4.51",
    "JPEG-LS near lossless": "1.2.840.10008.1.2.4.81",
    "JPEG 2000": "1.2.840.10008.1.2.4.91",
}
CR, DX, SC = (
    f"1.2.840.10008.5.1.4.1.1.{end}" for end in ("1", "1.1", "7")
)  # fmt: skip


def chest(bits: int = 12, size: tuple[int, int] = (40, 60), seed: int = 0) -> np.ndarray:
    """Draw int (rows, columns) from 0 to the highest of so many bits, smooth but for some grain."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: size[0], : size[1]]
    smooth = np.sin(rows / 7) * np.cos(columns / 9) + columns / size[1]
    smooth += 0.01 * rng.standard_normal(size)
    return np.rint((smooth - smooth.min()) / np.ptp(smooth) * (2**bits - 1)).astype(np.int64)


def film(
    pixels: np.ndarray,
    syntax: str = PLAIN["explicit"],
    bits: int = 12,
    allocated: int | None = None,
    signed: bool = False,
    photometric: str = "MONOCHROME2",
    preamble: bool = True,
    **tags: Any,
) -> bytes:
    """Give the bytes of a DX film of these pixels; keywords are tags, None leaves one out."""
    with disable_value_validation():
        data = _dataset(pixels, UID(syntax), bits, allocated, signed, photometric, tags)
        return written(data, syntax, preamble)


def _dataset(
    pixels: np.ndarray, uid: UID, bits: int, allocated: int | None, signed: bool,
    photometric: str, tags: dict[str, Any],
) -> Dataset:  # fmt: skip
    allocated = allocated or (8 if bits <= 8 else 16)
    stored = np.ascontiguousarray(pixels.astype(f"{'i' if signed else 'u'}{allocated // 8}"))
    data = Dataset()
    data.SOPClassUID, data.SOPInstanceUID = DX, generate_uid()
    data.Modality, data.PatientID, data.PatientName = "DX", "4711", "Doe^Jane"
    data.SamplesPerPixel = 1 if pixels.ndim == 2 else 3
    if pixels.ndim > 2:
        data.PlanarConfiguration = 0
    data.PhotometricInterpretation = photometric
    data.Rows, data.Columns = pixels.shape[:2]
    data.BitsAllocated, data.BitsStored, data.HighBit = allocated, bits, bits - 1
    data.PixelRepresentation = int(signed)
    for name, value in tags.items():
        if value is None:
            del data[name]
        else:
            setattr(data, name, value)
    if uid.is_encapsulated:
        data.PixelData = encapsulate([encode(stored, str(uid), bits)])
        data["PixelData"].VR = "OB"
    else:
        order = ">" if not uid.is_little_endian else "<"
        kind = stored.dtype.newbyteorder(order)
        raw = stored.astype(kind).tobytes()
        data.PixelData = raw + b"\0" * (len(raw) % 2)
        data["PixelData"].VR = "OW" if allocated > 8 else "OB"
    return data


def written(data: Dataset, syntax: str, preamble: bool = True) -> bytes:
    """Write a dataset as a file, or without preamble and meta information."""
    uid, stream = UID(syntax), BytesIO()
    if not preamble:
        pydicom.dcmwrite(
            stream, data, implicit_vr=uid.is_implicit_VR, little_endian=uid.is_little_endian,
            force_encoding=True, enforce_file_format=False,
        )  # fmt: skip
        return stream.getvalue()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = uid
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    pydicom.dcmwrite(stream, data, enforce_file_format=True)
    return stream.getvalue()


def encode(stored: np.ndarray, syntax: str, bits: int) -> bytes:
    """Compress pixels as a transfer syntax has it."""
    import imagecodecs
    from pydicom.pixels.encoders.base import EncodeRunner
    from pydicom.pixels.encoders.native import _encode_frame

    # Compressed are the bits in use, whatever stands above them in two's complement.
    codes = stored.view(f"u{stored.itemsize}")
    if bits < 8 * stored.itemsize:
        codes = codes & ((1 << bits) - 1)
    codes = codes.astype(f"u{stored.itemsize}")
    if syntax == COMPRESSED["RLE"]:
        runner = EncodeRunner(UID(syntax))
        runner.set_options(
            rows=stored.shape[0], columns=stored.shape[1],
            samples_per_pixel=1 if stored.ndim == 2 else 3, bits_allocated=8 * stored.itemsize,
            bits_stored=bits, pixel_representation=0, number_of_frames=1,
            photometric_interpretation="MONOCHROME2" if stored.ndim == 2 else "RGB",
            planar_configuration=0,
        )  # fmt: skip
        return bytes(_encode_frame(codes.tobytes(), runner))
    if syntax in (COMPRESSED["JPEG lossless"], COMPRESSED["JPEG lossless SV1"]):
        predictor = 1 if syntax.endswith("70") else 4
        return imagecodecs.jpeg8_encode(
            codes, lossless=True, predictor=predictor, bitspersample=max(bits, 8)
        )
    if syntax == LOSSY["JPEG baseline"]:
        return imagecodecs.jpeg8_encode(codes, level=90)
    if syntax == LOSSY["JPEG extended"]:
        return imagecodecs.jpeg8_encode(codes, level=90, bitspersample=12)
    if syntax in (COMPRESSED["JPEG-LS"], LOSSY["JPEG-LS near lossless"]):
        return imagecodecs.jpegls_encode(codes, level=0 if syntax.endswith("80") else 2)
    lossless = syntax == COMPRESSED["JPEG 2000 lossless"]
    signed = stored.dtype.kind == "i"
    return imagecodecs.jpeg2k_encode(
        stored if signed else codes, level=0 if lossless else 60, reversible=lossless,
        codecformat="j2k", bitspersample=None if signed else bits, resolutions=6,
    )  # fmt: skip


def table(values: list[int] | np.ndarray, first: int, bits: int) -> Dataset:
    """Give an item of a modality or VOI LUT sequence."""
    item = Dataset()
    item.add_new(0x00283002, "US" if first >= 0 else "SS", [len(values) % 65536, first, bits])
    item.add_new(0x00283006, "OW", np.asarray(values, "<u2").tobytes())
    return item

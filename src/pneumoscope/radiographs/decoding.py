"""One radiograph's bytes turned into grey pixels, or refused with a reason."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

QUIET_MODES = frozenset({"L", "RGB"})
"""Modes that radiographs commonly come in; any other conversion is noted."""

SIXTEEN_BIT_MODES = frozenset({"I", "I;16", "I;16B", "I;16L"})
BIT_DEPTHS = (8, 10, 12, 14, 16)

_EXIF_ORIENTATION = 0x0112
_TURNED = range(2, 9)
"""Orientations that are not upright; scanners also write 0, which means nothing."""


class UnreadableRadiograph(ValueError):
    """A file that cannot serve as a radiograph; the message is the reason."""


@dataclass(frozen=True)
class DecodedRadiograph:
    """Grey pixels of one radiograph and what its header says.

    Attributes:
        pixels: uint8 (height, width), at the reduced scale asked for.
        width: Width of the original, in pixels.
        height: Height of the original, in pixels.
        mode: Pillow's mode of the original.
        note: What had to be converted, or an empty string.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    mode: str
    note: str


def decode(data: bytes, working_side: int, max_megapixels: float) -> DecodedRadiograph:
    """Decode a radiograph once, in grey, at the smallest scale that keeps `working_side`.

    JPEG is scaled while it is decoded (libjpeg's DCT scaling by 2, 4 or 8), which costs less
    than half of a full decode; other formats are averaged over whole pixel blocks.

    Args:
        data: The bytes of the file.
        working_side: Neither side is reduced below this many pixels.
        max_megapixels: Largest area that is decoded at all.

    Raises:
        UnreadableRadiograph: The bytes are no image, are cut short, hold several frames, have
            no known grey range, or unpack to more than `max_megapixels`.
    """
    if not data:
        raise UnreadableRadiograph("the file is empty (0 bytes)")
    try:
        with Image.open(BytesIO(data)) as image:
            return _decode_opened(image, working_side, max_megapixels)
    except UnreadableRadiograph:
        raise
    except UnidentifiedImageError as error:
        raise UnreadableRadiograph("the content is not an image in any known format") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableRadiograph(f"decompression bomb: {error}") from error
    except Exception as error:
        # On damaged bytes Pillow's readers raise almost anything: OSError, SyntaxError,
        # ValueError, TypeError, struct.error. None of them may end a run.
        raise UnreadableRadiograph(f"the image cannot be decoded: {error}") from error


def _decode_opened(
    image: Image.Image, working_side: int, max_megapixels: float
) -> DecodedRadiograph:
    (width, height), mode = image.size, image.mode
    if width * height > max_megapixels * 1e6:
        raise UnreadableRadiograph(
            f"decompression bomb: {width}×{height} pixels exceed {max_megapixels:g} megapixels"
        )
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        raise UnreadableRadiograph(f"the image is animated ({frames} frames)")
    image.draft("L", (working_side, working_side))
    grey, note = _to_grey(image)
    if image.getexif().get(_EXIF_ORIENTATION) in _TURNED:
        grey = ImageOps.exif_transpose(_with_exif(grey, image))
        note = "; ".join(filter(None, [note, "turned as its EXIF orientation says"]))
    return DecodedRadiograph(
        pixels=np.asarray(_reduce(grey, working_side)), width=width, height=height, mode=mode,
        note=note,
    )  # fmt: skip


def _to_grey(image: Image.Image) -> tuple[Image.Image, str]:
    if image.mode in SIXTEEN_BIT_MODES:
        return _from_sixteen_bits(image)
    if image.mode == "F":
        raise UnreadableRadiograph("floating-point grey values have no known range")
    if image.mode == "L" and "transparency" not in image.info:
        image.load()
        return image, ""  # `convert` would copy every pixel
    note = "" if image.mode in QUIET_MODES else f"converted from mode {image.mode} to grey"
    # Pillow warns when it drops the transparency of a palette, and asks for this detour.
    opaque = image.convert("RGBA") if "transparency" in image.info else image
    return opaque.convert("L"), note


def _from_sixteen_bits(image: Image.Image) -> tuple[Image.Image, str]:
    values = np.asarray(image).astype(np.int64)
    if values.min() < 0 or values.max() >= 2 ** BIT_DEPTHS[-1]:
        raise UnreadableRadiograph(
            f"expected grey values of at most 16 bits, received {values.min()} to {values.max()}"
        )
    # Scanners store 10, 12 or 14 bits in 16: dividing by 256 would leave such a film black.
    bits = next(bits for bits in BIT_DEPTHS if values.max() < 2**bits)
    grey = Image.fromarray((values * 255 // (2**bits - 1)).astype(np.uint8))
    return grey, f"converted from 16-bit storage ({bits} bits used) to 8 bits"


def _with_exif(grey: Image.Image, original: Image.Image) -> Image.Image:
    turned = grey.copy()
    turned.getexif()[_EXIF_ORIENTATION] = original.getexif()[_EXIF_ORIENTATION]
    return turned


def _reduce(image: Image.Image, working_side: int) -> Image.Image:
    factor = min(image.size) // working_side
    return image.reduce(factor) if factor > 1 else image

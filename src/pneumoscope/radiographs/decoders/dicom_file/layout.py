"""What the elements of a DICOM say of its pixels, before any of them is decoded."""

from dataclasses import dataclass

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.dicom_file.elements import Elements
from pneumoscope.radiographs.decoders.dicom_file.tags import Tag
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph, check_bounds

GREY = ("MONOCHROME1", "MONOCHROME2")
LUMINANCE = ("YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420")
COLOUR = ("RGB", *LUMINANCE, "YBR_RCT", "YBR_ICT")


@dataclass(frozen=True)
class Layout:
    """What the elements say of the pixels.

    Attributes:
        rows: Height in pixels.
        columns: Width in pixels.
        samples: 1 in grey, 3 in colour.
        photometric: What the samples are.
        planar: Whether each colour is stored for itself.
        allocated: Bits a sample takes, 8 or 16.
        stored: Bits of these in use.
        high: Number of the highest bit in use.
        signed: Whether they are numbers below 0 too.
    """

    rows: int
    columns: int
    samples: int
    photometric: str
    planar: bool
    allocated: int
    stored: int
    high: int
    signed: bool

    @property
    def grey(self) -> bool:
        """Whether the pixels are grey."""
        return self.photometric in GREY


def read_layout(elements: Elements, options: DecodingOptions) -> Layout:
    """Read what the pixels are, and refuse what cannot be a film before any is decoded.

    Raises:
        UnreadableRadiograph: Beyond the bounds, or of a kind that no film has.
    """
    samples = elements.number(Tag.SAMPLES, 1)
    photometric = elements.word(Tag.PHOTOMETRIC)
    if not photometric:
        raise UnreadableRadiograph(f"damaged DICOM: it lacks its {Tag.PHOTOMETRIC.label}")
    rows, columns = elements.number(Tag.ROWS), elements.number(Tag.COLUMNS)
    check_bounds(columns, rows, options)
    allocated = elements.number(Tag.BITS_ALLOCATED)
    stored = elements.number(Tag.BITS_STORED, allocated)
    high = elements.number(Tag.HIGH_BIT, stored - 1)
    if (samples, photometric in GREY) not in ((1, True), (3, False)) or (
        samples == 3 and photometric not in COLOUR
    ):
        raise UnreadableRadiograph(
            f"expected grey, RGB or YBR pixels, received {samples} samples a pixel as "
            f"{known_word(photometric)}"
        )
    if (
        allocated not in (8, 16)
        or not 1 <= stored <= allocated
        or not stored <= high + 1 <= allocated
    ):
        raise UnreadableRadiograph(
            f"expected 8 to 16 bits, received {stored} bits up to bit {high} in {allocated}"
        )
    return Layout(
        rows, columns, samples, photometric, elements.number(Tag.PLANAR, 0) == 1,
        allocated, stored, high, elements.number(Tag.SIGNED, 0) == 1,
    )  # fmt: skip


def known_word(word: str) -> str:
    """Give a word of a tag for a message, unless it could be anything."""
    plain = word.replace("_", "").replace(" ", "")
    return word if word.isascii() and len(word) <= 16 and plain.isalnum() else "something else"

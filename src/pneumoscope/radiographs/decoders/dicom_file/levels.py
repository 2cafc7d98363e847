"""One table from every code that a pixel can have to its grey level, as DICOM's part 3 has it.

Modality LUT or rescale, then VOI LUT or window, then padding to black, and MONOCHROME1 last.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pneumoscope.radiographs.decoders.deep import deep_to_grey
from pneumoscope.radiographs.decoders.dicom_file.elements import Elements
from pneumoscope.radiographs.decoders.dicom_file.layout import Layout
from pneumoscope.radiographs.decoders.dicom_file.pixels import Stored
from pneumoscope.radiographs.decoders.dicom_file.tags import Tag
from pneumoscope.radiographs.decoders.grey import INVERTED
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph, noted

Values = NDArray[np.float64]

_WHITE = 255
_DEEPEST = 16
_LACKING = 1e-9


@dataclass(frozen=True)
class _Lut:
    """A table of a sequence: its first input, its outputs and the bits that these have."""

    first: int
    outputs: Values
    bits: int

    def of(self, values: Values) -> Values:
        """Look values up; those before the first or after the last have its output."""
        places = np.clip(np.rint(values) - self.first, 0, len(self.outputs) - 1)
        return self.outputs[places.astype(np.intp)]

    @property
    def white(self) -> float:
        return 2.0**self.bits - 1


def to_levels(stored: Stored, layout: Layout, elements: Elements) -> tuple[NDArray[np.uint8], str]:
    """Turn stored pixels into grey levels, black being 0, and say by which scale.

    A film without any window is treated as other deep formats: by the scale that it declares,
    and where it declares none by its own brightest half per cent.

    Raises:
        UnreadableRadiograph: A table or a number of the scale makes no sense.
    """
    white_is_zero = layout.photometric == "MONOCHROME1"
    numbers = numbers_of(stored)
    values, white, modality = _modality(numbers, elements, stored.signed or bool(stored.offset))
    padding = _padding(numbers, stored, elements)
    shown, how = _window(values, elements)
    if shown is None:
        shown, how = _declared(values, white, stored)
    inverted = INVERTED if white_is_zero else ""
    if shown is None:
        return _by_itself(stored, numbers, values, padding, white_is_zero)
    if white_is_zero:
        shown = _WHITE - shown
    # Cut off as dcmtk does, but for what floating point lacks to the next.
    levels = np.floor(shown + _LACKING).astype(np.uint8)
    levels[padding] = 0
    how_read = (
        f"converted {how}"
        if stored.bits == 8
        else f"converted from {stored.bits} bits to 8 ({how})"
    )
    note = how_read if how else ""
    grey = cv2.LUT(stored.codes, levels)
    return np.asarray(grey), noted(note, modality, inverted, _padded(stored, padding))


def luminance_levels(stored: Stored) -> tuple[NDArray[np.uint8], str]:
    """Turn luminance of any depth into 8 bits by the scale that the elements declare."""
    if stored.bits == 8 and not stored.shift and stored.codes.dtype == np.uint8:
        return stored.codes.astype(np.uint8, copy=False), ""
    numbers = numbers_of(Stored(stored.codes, stored.bits, stored.shift))
    levels = np.rint(_WHITE * numbers / (2.0**stored.bits - 1)).astype(np.uint8)
    note = f"converted from {stored.bits} bits to 8 ({stored.bits} bits as its file declares)"
    return np.asarray(cv2.LUT(stored.codes, levels)), note


def numbers_of(stored: Stored) -> Values:
    """Give the number that each code of 8 or 16 bits stands for."""
    codes = np.arange(1 << 8 * stored.codes.dtype.itemsize)
    highest = (1 << stored.bits) - 1
    shifted = codes >> stored.shift
    # What stands above the bits in use is an overlay, or else what compression added.
    numbers = np.minimum(shifted, highest) if stored.overshoots else shifted & highest
    if stored.signed:
        numbers = np.where(numbers >> (stored.bits - 1), numbers - (1 << stored.bits), numbers)
    return (numbers - stored.offset).astype(np.float64)


def _modality(
    numbers: Values, elements: Elements, signed: bool
) -> tuple[Values, float | None, str]:
    """Apply the modality LUT or the rescale; with a LUT give its white too."""
    lut = _lut(elements, Tag.MODALITY_LUT, signed)
    if lut:
        return lut.of(numbers), lut.white, "by its modality LUT"
    slope = next(iter(elements.decimals(Tag.SLOPE)), 1.0)
    intercept = next(iter(elements.decimals(Tag.INTERCEPT)), 0.0)
    if not slope:
        raise UnreadableRadiograph("damaged DICOM: its rescale slope is 0, so that no film is left")
    return numbers * slope + intercept, None, ""


def _window(values: Values, elements: Elements) -> tuple[Values | None, str]:
    """Give levels by the first VOI LUT, or else by the first window, whole or not."""
    lut = _lut(elements, Tag.VOI_LUT, bool(values.min() < 0))
    if lut:
        return _WHITE * np.clip(lut.of(values) / lut.white, 0, 1), "by its VOI LUT"
    centres, widths = elements.decimals(Tag.CENTRE), elements.decimals(Tag.WIDTH)
    # 0 and 0 stand for a window that was not set.
    if not centres or not widths or centres[0] == widths[0] == 0:
        return None, ""
    centre, width = centres[0], widths[0]
    kind = elements.word(Tag.VOI_FUNCTION) or "LINEAR"
    if width < (1 if kind == "LINEAR" else np.finfo(float).tiny):
        raise UnreadableRadiograph(f"damaged DICOM: its window has a width of {width:g}")
    how_read = f"by its window of {width:g} around {centre:g}, {kind}"
    if kind == "SIGMOID":
        # Beyond 50 the power would overflow, and nothing is left to see.
        shares = 1 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -50, 50)))
    elif kind == "LINEAR_EXACT":
        shares = (values - centre) / width + 0.5
    elif kind != "LINEAR":
        raise UnreadableRadiograph("its window has a function that DICOM does not know")
    elif width == 1:
        shares = (values > centre - 0.5).astype(np.float64)
    else:
        shares = (values - (centre - 0.5)) / (width - 1) + 0.5
    return _WHITE * np.clip(shares, 0, 1), how_read


def _declared(values: Values, white: float | None, stored: Stored) -> tuple[Values | None, str]:
    """Give levels by the range that the film declares; None where it is all 16 bits.

    Each level stands for as many values, so that 12 bits lose their lowest four.
    """
    if white is None and stored.bits >= _DEEPEST:
        return None, ""
    low, high = (0.0, white) if white is not None else (values.min(), values.max())
    step = (high - low) / max(2.0**stored.bits - 1, 1) if white is None else 1.0
    levels = np.floor((_WHITE + 1) * (values - low) / (high - low + step) + _LACKING)
    how = "" if stored.bits == 8 else f"{stored.bits} bits as its file declares, no window"
    return np.clip(levels, 0, _WHITE), how


def _by_itself(
    stored: Stored, numbers: Values, values: Values, padding: NDArray[np.bool_], inverted: bool
) -> tuple[NDArray[np.uint8], str]:
    """Scale a film of 16 bits without a window by its brightest half per cent, as a TIFF."""
    counted = np.bincount(stored.codes.ravel(), minlength=len(numbers))
    used = (counted > 0) & ~padding
    # Of a range that begins below 0 only what the film uses of it is known.
    floor = numbers[used].min(initial=0) if numbers.min() < 0 else 0
    raised = np.clip(numbers - floor, 0, 2**_DEEPEST - 1).astype(np.uint16)
    falls = bool(values[numbers.argmax()] < values[numbers.argmin()])
    white_is_zero = inverted != falls
    raised[padding] = raised[used].max(initial=0) if white_is_zero else 0
    grey, note = deep_to_grey(raised[stored.codes], None, white_is_zero)
    return np.asarray(grey), noted(note, _padded(stored, padding))


def _padding(numbers: Values, stored: Stored, elements: Elements) -> NDArray[np.bool_]:
    """Mark the codes that stand for no picture at all."""
    signed = stored.signed or bool(stored.offset)
    value = elements.numbers(Tag.PADDING, signed)
    if not value:
        return np.zeros(numbers.shape, dtype=bool)
    limit = elements.numbers(Tag.PADDING_LIMIT, signed) or value
    low, high = sorted((value[0], limit[0]))
    return (numbers >= low) & (numbers <= high)


def _padded(stored: Stored, padding: NDArray[np.bool_]) -> str:
    if not padding.any():
        return ""
    share = float(np.mean(cv2.LUT(stored.codes, padding.astype(np.uint8))))
    return f"padding, {share:.1%} of its pixels, read as black" if share else ""


def _lut(elements: Elements, tag: Tag, signed: bool) -> _Lut | None:
    """Read the first table of a sequence."""
    items = elements.items(tag)
    if not items:
        return None
    item = items[0]
    unsigned = item.numbers(Tag.LUT_DESCRIPTOR)
    if len(unsigned) != 3:
        raise UnreadableRadiograph(f"damaged DICOM: its {tag.label} is not described")
    count = unsigned[0] or 1 << 16
    first = item.numbers(Tag.LUT_DESCRIPTOR, signed)[1]
    bits, data = unsigned[2], item.data(Tag.LUT_DATA)
    wide = len(data) >= 2 * count
    if not 1 <= bits <= _DEEPEST:
        raise UnreadableRadiograph(
            f"damaged DICOM: its {tag.label} is of {bits} bits: expected 1 to {_DEEPEST}"
        )
    if len(data) < count:
        raise UnreadableRadiograph(f"damaged DICOM: its {tag.label} is too short")
    if not wide and bits > 8:
        raise UnreadableRadiograph(f"damaged DICOM: its {tag.label} is too short")
    kind = ("<u2" if item.little else ">u2") if wide else np.uint8
    outputs = np.frombuffer(data, kind, count).astype(np.float64)
    return _Lut(first, outputs, bits)

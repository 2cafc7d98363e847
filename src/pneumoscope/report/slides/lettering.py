"""Text that fits: broken into lines by its real width, and as large as there is room for."""

from collections.abc import Sequence
from functools import lru_cache

from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font, LoadFlags

LINE = 1.28
"""Distance of two lines, in font sizes."""
GAP = 0.75
"""Space between two paragraphs, in lines."""
LARGE = 100.0


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of one line in points."""
    # Widths grow with the size in proportion.
    return _large_width(text, weight) * size / LARGE


@lru_cache(4096)  # the same lines are tried at every size, and notes recur from slide to slide
def _large_width(text: str, weight: str) -> float:
    font = _font(weight)
    font.set_text(text, flags=LoadFlags.NO_HINTING)
    # FreeType counts in 64ths.
    return font.get_width_height()[0] / 64


@lru_cache
def _font(weight: str) -> FT2Font:
    # One of its own: those of `get_font` are shared with every figure, which sets their size.
    font = FT2Font(findfont(FontProperties(weight=weight)))
    font.set_size(LARGE, 72)
    return font


def broken(text: str, size: float, width: float, weight: str = "normal") -> list[str]:
    """Break text into lines no wider than `width` points; a longer word keeps its own line."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def fitted(
    texts: Sequence[str],
    sizes: Sequence[float],
    width: float,
    height: float,
    weight: str = "normal",
) -> tuple[float, list[list[str]]]:
    """Return the largest size at which all texts fit below each other, and their lines.

    Args:
        texts: One or more paragraphs, with `GAP` between two.
        sizes: Font sizes to try, the largest first; the last is taken in any case.
        width: Points.
        height: Points.
        weight: Of the font.
    """
    for size in sizes:
        lines = [broken(text, size, width, weight) for text in texts]
        if height_of(lines, size) <= height:
            break
    return size, lines


def height_of(paragraphs: Sequence[Sequence[str]], size: float) -> float:
    """Return the height of broken paragraphs in points."""
    lines = sum(map(len, paragraphs)) + GAP * (len(paragraphs) - 1)
    return lines * LINE * size

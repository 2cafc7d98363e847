"""Radiographs that look unlike the others, each marked, and told in sentences where they count."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd

from pneumoscope.counts import counted_of
from pneumoscope.naming import Column
from pneumoscope.radiographs.orientation import (
    FALSE_ALARMS,
    INVERTED,
    MIRRORED,
    ON_ITS_SIDE,
    UPSIDE_DOWN,
)

FAR = 1 / 3
"""Part of the others' brightness or contrast below which a film is far darker or flatter; of 4,675
real films the least had 0.49 and 0.37 of the median."""

FELLOWS = 10
"""Readable films from which on they are compared among themselves."""

TYPICAL = {"brightness": 123.0, "contrast": 184.0}
"""Medians of 4,675 films of Kermany's, for fewer films."""

DARK, FLAT = "far darker than usual", "far flatter than usual"

_DEVIATIONS = 2
"""Standard deviations of the number of false alarms that a number of films must exceed."""

SHOWN = 3
"""Examples that a sentence names."""

_VIEW = "as told by a detector fitted on frontal films of children; lateral views look so too"
_LOOKS, _IS = ("looks", "look"), ("is", "are")
MEANINGS = {
    INVERTED: (_LOOKS, "inverted, white for black"),
    ON_ITS_SIDE: (_LOOKS, f"turned by 90° ({_VIEW})"),
    UPSIDE_DOWN: (_LOOKS, f"upside down ({_VIEW})"),
    MIRRORED: (_LOOKS, f"mirrored left to right ({_VIEW})"),
    DARK: (_IS, "far darker than usual, below a third of the median brightness"),
    FLAT: (_IS, "far flatter than usual, below a third of the median contrast"),
}
"""What is said of radiographs by a word of their warning: verb of one and of several, and how."""


def appearance_warnings(files: Mapping[str, Sequence[Any]] | pd.DataFrame) -> list[str]:
    """Give each file its warning, or an empty string.

    Args:
        files: Columns reason, brightness, contrast and orientation, one value per file.
    """
    readable = np.flatnonzero(np.asarray(files[Column.REASON]) == "")
    far = []
    for name, typical in TYPICAL.items():
        measured = np.asarray(files[name], dtype=np.float64)[readable]
        usual = np.nanmedian(measured) if len(measured) >= FELLOWS else typical
        far.append((measured < FAR * usual).tolist())
    ways, warnings = np.asarray(files["orientation"]), [""] * len(files[Column.REASON])
    for place, dark, flat in zip(readable.tolist(), *far, strict=True):
        warnings[place] = _warning(ways[place], dark, flat)
    return warnings


def appearance_warning(orientation: str, brightness: float, contrast: float) -> str:
    """Give one radiograph its warning by itself, or an empty string."""
    dark, flat = brightness < FAR * TYPICAL["brightness"], contrast < FAR * TYPICAL["contrast"]
    return _warning(orientation, dark, flat)


def _warning(way: str, dark: bool, flat: bool) -> str:
    looks = f"looks {way}" if way else ""
    return ", ".join(filter(None, [looks, DARK if dark else "", FLAT if flat else ""]))


def appearance_sentences(radiographs: pd.DataFrame) -> list[str]:
    """Say which warnings more radiographs have than the detectors' false alarms account for.

    Args:
        radiographs: Columns path and warning, as `appearance_warnings` gives it.
    """
    total, sentences = len(radiographs), []
    for kind, (verbs, how) in MEANINGS.items():
        rows = zip(radiographs[Column.PATH], radiographs[Column.WARNING], strict=True)
        found = [path for path, warning in rows if kind in warning]
        expected = FALSE_ALARMS.get(kind, 0.0) * total
        if len(found) > expected + _DEVIATIONS * sqrt(expected):
            shown = ", ".join([*found[:SHOWN], *(["…"] if len(found) > SHOWN else [])])
            said = counted_of(len(found), total, "radiograph", *verbs)
            sentences.append(f"{said} {how}: {shown}.")
    return sentences

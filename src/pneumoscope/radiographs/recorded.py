"""What files or tables tell of patient, view and device: columns of the manifest, as words.

Whoever fills them, a DICOM's tags or a table of labels, brings values to one form here, so that
two collections can be compared.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import pandas as pd

from pneumoscope.arrays import evenly_spread
from pneumoscope.naming import Column

NUMBERS = (Column.AGE, Column.EXPOSURE)
"""Age in years, exposure in mAs; NaN where not recorded."""

WORDS = (Column.SEX, Column.VIEW, Column.MANUFACTURER, Column.DEVICE, Column.SITE)
"""Missing where not recorded."""

RECORDED: Sequence[Column] = (
    Column.AGE, Column.SEX, Column.VIEW, Column.MANUFACTURER, Column.DEVICE, Column.SITE,
    Column.EXPOSURE,
)  # fmt: skip
"""Columns that a collection may lack."""

STORED: Sequence[Column] = (Column.BITS, Column.TRANSFER_SYNTAX, Column.STUDY)
"""What else is known of how a film is stored, and with which others it was taken."""

OLDEST = 90.0
"""Ages above are told as this: so few people reach them that an age could identify one."""


@dataclass(frozen=True)
class Identity:
    """Who and which study a file says it is of; kept out of everything but a keyed hash.

    Attributes:
        issuer: Who gave the patient's number.
        patient: The patient's number.
        study: UID of the study.
    """

    issuer: str = field(default="", repr=False)
    patient: str = field(default="", repr=False)
    study: str = field(default="", repr=False)


@dataclass(frozen=True)
class Recorded:
    """What a file tells beside its pixels.

    Attributes:
        age: In years; NaN where not recorded, as is `exposure`.
        sex: `female`, `male` or `other`; empty where not recorded, as are all other words.
        view: Such as `PA`.
        manufacturer: Of the device.
        device: Its model.
        site: The institution.
        exposure: In mAs.
        transfer_syntax: How a DICOM is stored; empty for every other format.
        warning: What its tags warn of, or an empty string.
        identity: Of whom it is.
    """

    age: float = math.nan
    sex: str = ""
    view: str = ""
    manufacturer: str = ""
    device: str = ""
    site: str = ""
    exposure: float = math.nan
    transfer_syntax: str = ""
    warning: str = ""
    identity: Identity = Identity()


NOTHING_RECORDED = Recorded()

TAGS_SPEAK_OF = "its tags speak of "
"""How each part of a warning begins; parts are joined by a semicolon."""

BURNT_IN = "burnt-in names or numbers"
"""What a film's tags speak of that is shown in no picture."""

_SEXES = {
    "f": "female", "female": "female", "w": "female", "woman": "female", "weiblich": "female",
    "femme": "female", "femenino": "female", "mujer": "female", "femmina": "female",
    "m": "male", "male": "male", "man": "male", "männlich": "male", "homme": "male",
    "masculino": "male", "hombre": "male", "maschio": "male",
    "o": "other", "other": "other", "d": "other", "divers": "other",
}  # fmt: skip
_UNKNOWN = frozenset(("", "unk", "unknown", "na", "n a", "nan", "none", "null", "not recorded"))
_UNITS = {"d": 365.25, "w": 365.25 / 7, "m": 12.0, "y": 1.0}
_AGE = re.compile(
    r"0*(\d+(?:[.,]\d+)?)\s*(d|days?|w|wks?|weeks?|m|mos?|months?|y|yo|yrs?|years?|)", re.IGNORECASE
)
_VIEWS = {
    "pa": "PA", "posteroanterior": "PA", "postero anterior": "PA", "posterior anterior": "PA",
    "ap": "AP", "anteroposterior": "AP", "antero posterior": "AP", "anterior posterior": "AP",
    "ap supine": "AP", "ap horizontal": "AP", "ap erect": "AP", "ap semi erect": "AP",
    "frontal": "frontal",
    "l": "lateral", "lat": "lateral", "ll": "lateral", "rl": "lateral", "lateral": "lateral",
    "left lateral": "lateral", "right lateral": "lateral",
    "lld": "lateral decubitus", "rld": "lateral decubitus",
    "llo": "oblique", "rlo": "oblique", "oblique": "oblique", "lao": "oblique", "rao": "oblique",
    "lpo": "oblique", "rpo": "oblique",
}  # fmt: skip


def age_of(value: object) -> float:
    """Give an age in years, of a month's precision; NaN where there is none.

    Args:
        value: A number of years, or text such as `34`, `034Y`, `018M`, `3 weeks`.
    """
    text = "" if value is None else str(value).strip()
    found = _AGE.fullmatch(text)
    unit = _UNITS[found[2][:1].lower() or "y"] if found else math.nan
    years = float(found[1].replace(",", ".")) / unit if found else math.nan
    # Nobody is older; archives write 999 or 414 for an unknown age.
    return min(round(years, 2), OLDEST) if years <= 120 else math.nan


def exposure_of(value: str) -> float:
    """Give an exposure in mAs; NaN where there is none."""
    try:
        found = float(value.replace(",", "."))
    except ValueError:
        return math.nan
    return found if math.isfinite(found) and found >= 0 else math.nan


def sex_of(value: object) -> str:
    """Give `female`, `male` or `other`; an empty string where it is not told or not known."""
    return _SEXES.get(_folded(value), "")


def view_of(value: object) -> str:
    """Give a view by one name: `PA`, `AP`, `lateral`, …; as it is written where it has none."""
    return _VIEWS.get(_folded(value), clean(value))


def is_unknown(value: object) -> bool:
    """Tell whether text only says that nothing is known, such as `NA`, `unknown` or `-`."""
    return _folded(value) in _UNKNOWN


def clean(value: object) -> str:
    """Give text on one line, of at most 64 characters, that a spreadsheet takes for no formula."""
    text = "" if value is None or value != value else str(value)
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split()).lstrip("=+-@＝＋－＠ ")[:64]


def may_be_shown(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Tell which radiographs a picture may show: none whose tags speak of a burnt-in name.

    Args:
        rows: Rows of the manifest; without a column `warning` all may.
    """
    if Column.WARNING not in rows:
        return pd.Series(True, index=rows.index)
    return ~rows[Column.WARNING].fillna("").str.contains(TAGS_SPEAK_OF + BURNT_IN, regex=False)


def evenly_shown(rows: pd.DataFrame, count: int) -> list[int]:
    """Choose positions of radiographs that a picture may show, evenly spread over each class.

    Args:
        rows: Rows of the manifest.
        count: Positions a class; a smaller class gives all of its own.
    """
    shown = np.flatnonzero(may_be_shown(rows))
    spread = evenly_spread(rows[Column.LABEL].iloc[shown].reset_index(drop=True), count)
    return [int(shown[position]) for position in chain.from_iterable(spread.values())]


def with_recorded(manifest: pd.DataFrame) -> pd.DataFrame:
    """Give every column of `RECORDED` its type, with missing values where nothing is recorded."""
    numbers = {
        name: pd.to_numeric(manifest[name], errors="coerce").astype(float) for name in NUMBERS
    }
    named = (*WORDS, Column.TRANSFER_SYNTAX, Column.STUDY)
    words = {name: manifest[name].replace("", None).astype("str") for name in named}
    return manifest.assign(**numbers, **words)


def _folded(value: object) -> str:
    return re.sub(r"[\W_]+", " ", "" if value is None else str(value)).strip().casefold()

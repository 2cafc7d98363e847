"""What a film's tags warn of, beside what it looks like; and in sentences, how many films."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pneumoscope.counts import counted, counted_of
from pneumoscope.ingestion.appearance import SHOWN, appearance_warnings
from pneumoscope.ingestion.layout import NO_KEY
from pneumoscope.ingestion.patient_key import KEY_BY_TAGS
from pneumoscope.naming import Column
from pneumoscope.radiographs.recorded import TAGS_SPEAK_OF

_BETWEEN = "; "


def film_warnings(files: Mapping[str, Sequence[Any]] | pd.DataFrame) -> list[str]:
    """Give each file its warnings, by its tags and by its looks, or an empty string.

    Args:
        files: Columns reason, brightness, contrast, orientation and, of what has tags, said.
    """
    looks = appearance_warnings(files)
    if "said" not in files:
        return looks
    rows = zip(files[Column.REASON], files["said"], looks, strict=True)
    joined = ((look,) if reason else (said, look) for reason, said, look in rows)
    return [_BETWEEN.join(filter(None, parts)) for parts in joined]


MANY, MOST = 20, 0.5
"""Radiographs, and their share, of one patient by tags from which on the number is doubted."""


def number_sentences(radiographs: pd.DataFrame) -> list[str]:
    """Say that one patient's number stands in so many tags that it may be no number at all.

    Args:
        radiographs: Column patient_id.
    """
    counts = radiographs[Column.PATIENT_ID].value_counts()
    if not len(counts) or not re.fullmatch(KEY_BY_TAGS, str(counts.index[0])):
        return []
    most = int(counts.iloc[0])
    if most < MANY or most < MOST * len(radiographs):
        return []
    return [
        f"{most:,} of {len(radiographs):,} radiographs bear one patient's number in their tags. If "
        "it was put in the place of all numbers, nobody knows which films are of one patient: "
        "export them with a pseudonym for each."
    ]


def mixed_key_sentences(radiographs: pd.DataFrame) -> list[str]:
    """Say that tags name the patients of some films, and names or a table those of others.

    Args:
        radiographs: Column patient_id.
    """
    keys = radiographs[Column.PATIENT_ID].astype(str)
    tagged = int(keys.str.fullmatch(KEY_BY_TAGS).sum())
    others = len(keys) - tagged - int(keys.str.startswith(NO_KEY).sum())
    if not tagged or not others:
        return []
    return [
        f"Tags tell the patients of {counted(tagged, 'radiograph')}; names, folders or a table "
        f"tell those of {others:,}: whoever has films of both kinds counts as two patients and may "
        "stand in two splits. Name all of them in one way, such as the column patient of a table."
    ]


def tag_sentences(radiographs: pd.DataFrame) -> list[str]:
    """Say how many radiographs have tags that warn of each thing, the most first.

    Args:
        radiographs: Columns path and warning, as `film_warnings` gives it.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for path, warning in zip(radiographs[Column.PATH], radiographs[Column.WARNING], strict=True):
        for part in warning.split(_BETWEEN):
            if part.startswith(TAGS_SPEAK_OF):
                found[part.removeprefix(TAGS_SPEAK_OF)].append(path)
    return [
        f"{counted_of(len(paths), len(radiographs), 'radiograph', 'has', 'have')} tags that speak "
        f"of {what}: "
        f"{', '.join([*paths[:SHOWN], *(['…'] if len(paths) > SHOWN else [])])}."
        for what, paths in sorted(found.items(), key=lambda item: -len(item[1]))
    ]

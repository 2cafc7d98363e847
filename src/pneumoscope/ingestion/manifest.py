"""The manifest: one row per radiograph; and the quarantine: one row per file that is none."""

from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from pneumoscope.ingestion.layout import TABLE_KEY, Layout
from pneumoscope.ingestion.litter import LEFT_OUT, LITTER
from pneumoscope.ingestion.tag_warnings import film_warnings
from pneumoscope.lookup import places_of
from pneumoscope.naming import Column
from pneumoscope.options import IngestionOptions
from pneumoscope.radiographs.recorded import RECORDED, STORED, with_recorded

MANIFEST_COLUMNS = [
    Column.RADIOGRAPH_ID, Column.PATH, Column.SOURCE, Column.SOURCE_SPLIT, Column.LABEL,
    Column.SUBTYPE, Column.PATIENT_ID, Column.WIDTH, Column.HEIGHT, Column.MODE, Column.BYTES,
    Column.BYTES_PER_PIXEL, Column.SHA256, *RECORDED, *STORED, Column.NOTE,
    Column.WARNING, Column.DUPLICATE_OF,
]  # fmt: skip

_SUFFIX = r"([^/])\.[^./]+$"


@dataclass(frozen=True)
class Ingested:
    """Every scanned file that is wanted and no litter, sorted into radiographs and quarantine.

    Attributes:
        manifest: One row per radiograph, by path; columns `MANIFEST_COLUMNS`.
        quarantine: Columns path and reason, by path. A path that ends in `/` is a folder that
            was not entered.
    """

    manifest: pd.DataFrame
    quarantine: pd.DataFrame


def sort_out(
    files: pd.DataFrame, options: IngestionOptions, layout: Layout | None = None
) -> Ingested:
    """Sort scanned files into the manifest and the quarantine.

    In neither are known litter and what the layout leaves out on purpose.

    Args:
        files: One row per file, as the scan gives it, without pixels.
        options: Class folders and patient patterns.
        layout: How the collection tells classes, parts and patients; by its folders if None.
    """
    layout = layout or Layout.of(options)
    offered = files[(files["reason"] != LITTER) & ~files["reason"].str.startswith(LEFT_OUT)]
    warnings = pd.Series(film_warnings(offered), offered.index, dtype=str)
    offered = offered.assign(**{Column.WARNING: warnings})
    if not offered["path"].is_monotonic_increasing:
        offered = offered.sort_values("path")
    offered = offered.reset_index(drop=True)
    readable = offered["reason"] == ""
    identities = _identities(offered.loc[readable, "path"], layout)
    reasons = offered["reason"].astype(str).mask(readable, identities["reason"])
    refused = offered[["path"]].assign(**{Column.REASON: reasons})[reasons != ""]
    placed = identities[identities["reason"] == ""]
    manifest = _manifest(offered[reasons == ""], placed, layout)
    return Ingested(manifest, refused.reset_index(drop=True))


class _Identity(NamedTuple):
    """What a path tells by the layout, or why the file is refused."""

    reason: str
    source_split: str = ""
    label: str = ""
    subtype: str = ""
    patient_id: str = ""


_AT_ONCE = 4096
"""Paths of which objects are made at a time."""


def _identities(paths: pd.Series, layout: Layout) -> pd.DataFrame:
    """Tell what each path says: the fields of `_Identity` as columns, index as of the paths."""
    parts = [pd.DataFrame(columns=_Identity._fields, dtype=str)]
    for start in range(0, len(paths), _AT_ONCE):
        some = paths[start : start + _AT_ONCE]
        found = [_identity(path, layout) for path in some]
        parts.append(pd.DataFrame(found, some.index, _Identity._fields, dtype=str))
    return pd.concat(parts)


def _identity(path: str, layout: Layout) -> _Identity:
    try:
        where = layout.place(path)
        patient = layout.patient(path, where)
    except ValueError as error:
        return _Identity(str(error))
    return _Identity(
        "", where.source_split, where.label.value, patient.subtype.value, patient.patient_id
    )


def _manifest(films: pd.DataFrame, identities: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Put together the columns of the manifest, which are never taken apart into rows.

    Args:
        films: Of the scanned files those that are radiographs, by path.
        identities: What the layout tells of each, as `_identities` gives it.
        layout: Which may have more on record.
    """
    films, table = films.reset_index(drop=True), identities.reset_index(drop=True)
    tagged, hidden = (_known(films, name) for name in (Column.PATIENT_ID, Column.SUBTYPE))
    own = table[Column.PATIENT_ID].str.startswith(TABLE_KEY) | ~tagged
    kept = [
        Column.PATH, Column.SOURCE, Column.WIDTH, Column.HEIGHT, Column.MODE, Column.BYTES,
        Column.SHA256, Column.NOTE, Column.WARNING,
    ]  # fmt: skip
    manifest = films[kept].assign(**{
        Column.SOURCE_SPLIT: table[Column.SOURCE_SPLIT],
        Column.LABEL: table[Column.LABEL],
        Column.SUBTYPE: table[Column.SUBTYPE].where(~hidden, films.get(Column.SUBTYPE)),
        Column.PATIENT_ID: table[Column.PATIENT_ID].where(own, films.get(Column.PATIENT_ID)),
        Column.BYTES_PER_PIXEL: films[Column.BYTES] / (films[Column.WIDTH] * films[Column.HEIGHT]),
        **{name: films.get(name) for name in (*RECORDED, *STORED)},
    })  # fmt: skip
    manifest = _with_ids_and_duplicates(_with_table(manifest, layout))
    return with_recorded(manifest[MANIFEST_COLUMNS])


def _known(films: pd.DataFrame, name: str) -> pd.Series:
    """Tell which rows have text in a column, which may be absent."""
    if name not in films:
        return pd.Series(False, index=films.index)
    return films[name].fillna("") != ""


def _with_table(manifest: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Lay over the manifest what the layout has on record of its films."""
    recorded = {
        place: found
        for place, path in enumerate(manifest[Column.PATH])
        if (found := layout.recorded(path))
    }
    named = {name for found in recorded.values() for name in found}
    for name in named & set(manifest.columns):
        values = manifest[name].tolist()
        for place, found in recorded.items():
            if name in found:
                values[place] = found[name]
        manifest = manifest.assign(**{name: pd.Series(values, manifest.index, dtype=object)})
    return manifest


def _with_ids_and_duplicates(manifest: pd.DataFrame) -> pd.DataFrame:
    identified = manifest.assign(**{Column.RADIOGRAPH_ID: _ids(manifest[Column.PATH])})
    first = identified.groupby(Column.SHA256)[Column.RADIOGRAPH_ID].transform("first")
    return identified.assign(
        **{Column.DUPLICATE_OF: first.where(first != identified[Column.RADIOGRAPH_ID], None)}
    )


def _ids(paths: pd.Series) -> pd.Series:
    """Name each radiograph by its path without the suffix, unless two would share that name."""
    paths = paths.astype(str)
    stems = paths.str.replace(_SUFFIX, r"\1", regex=True)
    return stems.where(~(stems.duplicated(keep=False) | (places_of(stems, paths) >= 0)), paths)

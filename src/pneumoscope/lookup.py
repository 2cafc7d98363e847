"""Rows of a table found by a text, such as the name of a film, without an object for each."""

import numpy as np
import pandas as pd

from pneumoscope.arrays import IntArray
from pneumoscope.naming import Column, Split


def places_of(texts: pd.Series, known: pd.Series) -> IntArray:
    """Return where each text stands among known ones, shape (n,); -1 where it does not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # By Arrow: an index of pandas, and so a merge, would make an object of each text.
    places = pc.index_in(pa.array(texts, pa.large_string()), pa.array(known, pa.large_string()))
    return places.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)


def known_places_of(texts: pd.Series, known: pd.Series) -> IntArray:
    """Do the same where each text has to be known.

    Raises:
        KeyError: One of them is not.
    """
    places = places_of(texts, known)
    unknown = np.flatnonzero(places < 0)
    if len(unknown):
        raise KeyError(texts.iloc[unknown[0]])
    return places


def split_numbers(splits: pd.Series) -> IntArray:
    """Return the number of each split, in the order of `Split`, shape (n,).

    Raises:
        KeyError: One of them is none.
    """
    return known_places_of(splits, pd.Series([split.value for split in Split]))


def with_columns(rows: pd.DataFrame, manifest: pd.DataFrame) -> pd.DataFrame:
    """Add to rows what the manifest has of their films, by the column radiograph_id of both.

    Raises:
        KeyError: A film is not in the manifest.
        ValueError: One stands there twice.
    """
    names = manifest[Column.RADIOGRAPH_ID]
    if not names.is_unique:
        raise ValueError("expected one row of the manifest a film, received several of one")
    places = known_places_of(rows[Column.RADIOGRAPH_ID], names)
    found = manifest.drop(columns=Column.RADIOGRAPH_ID).iloc[places].reset_index(drop=True)
    return pd.concat([rows.reset_index(drop=True), found], axis=1)

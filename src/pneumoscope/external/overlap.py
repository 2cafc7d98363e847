"""Films of a site that the model's own collection holds as well: then it is no external test."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pneumoscope.arrays import Grey, IntArray, SmallFilms
from pneumoscope.external.records import Overlap
from pneumoscope.ingestion.layout import NO_KEY
from pneumoscope.ingestion.similarity import COPY, similar_radiographs
from pneumoscope.naming import Column, Split
from pneumoscope.radiographs.measured import SMALL_SIDE

Small = Callable[[pd.Series], SmallFilms]
"""Gives the small films of some paths."""

EXAMPLES = 5
"""Pairs that a record keeps."""


@dataclass(frozen=True)
class _Pooled:
    """Small films of the site, and after them those of the collection."""

    site: SmallFilms
    own: SmallFilms

    def __len__(self) -> int:
        return len(self.site) + len(self.own)

    def __getitem__(self, rows: IntArray, /) -> Grey:
        found = np.empty((len(rows), SMALL_SIDE, SMALL_SIDE), dtype=np.uint8)
        of_site = rows < len(self.site)
        found[of_site] = self.site[rows[of_site]]
        found[~of_site] = self.own[rows[~of_site] - len(self.site)]
        return found


def measure_overlap(
    rows: pd.DataFrame,
    small: Small,
    manifest: pd.DataFrame,
    splits: pd.DataFrame,
    own_small: Small,
) -> Overlap:
    """Compare every film of a site with every film that the model was trained or measured on.

    Args:
        rows: The site's manifest; radiograph_id differs from all of the collection's.
        small: Of the site.
        manifest: The manifest of the collection.
        splits: Columns radiograph_id and split.
        own_small: Of the collection.
    """
    split_of = splits.drop_duplicates(Column.RADIOGRAPH_ID).set_index(Column.RADIOGRAPH_ID)
    own = manifest[manifest[Column.RADIOGRAPH_ID].isin(split_of.index)]
    own = own.assign(**{Column.SPLIT: own[Column.RADIOGRAPH_ID].map(split_of[Column.SPLIT])})
    identical = rows.merge(own, on=Column.SHA256, suffixes=("", "_own"))
    same = pd.DataFrame({"film": identical["radiograph_id"], "own": identical["radiograph_id_own"]})
    others = rows[~rows[Column.RADIOGRAPH_ID].isin(same["film"])]
    pairs = _similar(others, small, own, own_small)
    copies = pairs[pairs["similarity"] >= COPY]
    alike = pairs[(pairs["similarity"] < COPY) & ~pairs["film"].isin(copies["film"])]
    found = [
        pairs.merge(own, left_on="own", right_on=Column.RADIOGRAPH_ID)
        for pairs in (same, copies, alike)
    ]
    surest = pd.concat([same, copies])[:EXAMPLES]
    trained = set(own.loc[own[Column.SPLIT] == Split.TRAIN, Column.PATIENT_ID])
    keys = {key for key in rows[Column.PATIENT_ID] if not key.startswith(NO_KEY)}
    counts = [_by_split(pairs) for pairs in found]
    return Overlap(
        identical=counts[0],
        copies=counts[1],
        alike=counts[2],
        examples=list(zip(surest["film"], surest["own"], strict=True)),
        same_keys=len(keys & trained),
    )


def _similar(
    rows: pd.DataFrame,
    small: Small,
    own: pd.DataFrame,
    own_small: Small,
) -> pd.DataFrame:
    """Return pairs of a film of the site and one of the collection: film, own, similarity."""
    if rows.empty:
        return pd.DataFrame(columns=["film", "own", "similarity"])
    # Two patients of one key are two at two sites.
    site = rows.assign(**{Column.PATIENT_ID: "external "})
    pooled = pd.concat([site, own], ignore_index=True)
    films = _Pooled(small(rows[Column.PATH]), own_small(own[Column.PATH]))
    pairs = similar_radiographs(pooled, films)
    turned = pairs.rename(columns={"first": "second", "second": "first"})
    both = pd.concat([pairs, turned], ignore_index=True)
    of_site = [both[end].isin(rows[Column.RADIOGRAPH_ID]) for end in ("first", "second")]
    crossing = both[of_site[0] & ~of_site[1]]
    renamed = crossing.rename(columns={"first": "film", "second": "own"})
    return renamed.sort_values("similarity", ascending=False, kind="stable", ignore_index=True)


def _by_split(pairs: pd.DataFrame) -> dict[Split, int]:
    counts = pairs.groupby(Column.SPLIT)["film"].nunique()
    return {split: int(counts.get(split, 0)) for split in Split}

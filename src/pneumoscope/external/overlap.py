"""Films of a site that the model's own collection holds as well: then it is no external test."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.external.records import Overlap
from pneumoscope.ingestion.layout import NO_KEY
from pneumoscope.ingestion.similarity import COPY, similar_radiographs
from pneumoscope.naming import Column, Split

EXAMPLES = 5
"""Pairs that a record keeps."""

Pixels = NDArray[np.uint8]


class _Pooled(Mapping[str, Pixels]):
    """Decoded films of the site, by their radiograph_id, and of the collection, by their path."""

    def __init__(
        self, site: Mapping[str, Pixels], own: Mapping[str, Pixels], paths: Mapping[str, str]
    ):
        self._site, self._own, self._paths = site, own, paths

    def __getitem__(self, key: str) -> Pixels:
        return self._site[self._paths[key]] if key in self._paths else self._own[key]

    def __iter__(self) -> Iterator[str]:
        yield from self._paths
        yield from self._own

    def __len__(self) -> int:
        return len(self._paths) + len(self._own)


def measure_overlap(
    rows: pd.DataFrame,
    decoded: Mapping[str, Pixels],
    manifest: pd.DataFrame,
    splits: pd.DataFrame,
    own_decoded: Mapping[str, Pixels],
) -> Overlap:
    """Compare every film of a site with every film that the model was trained or measured on.

    Args:
        rows: The site's manifest; radiograph_id differs from all of the collection's.
        decoded: Path to uint8 (rows, columns), of the site.
        manifest: The manifest of the collection.
        splits: Columns radiograph_id and split.
        own_decoded: Path to uint8 (rows, columns), of the collection.
    """
    split_of = splits.drop_duplicates(Column.RADIOGRAPH_ID).set_index(Column.RADIOGRAPH_ID)
    own = manifest[manifest[Column.RADIOGRAPH_ID].isin(split_of.index)]
    own = own.assign(**{Column.SPLIT: own[Column.RADIOGRAPH_ID].map(split_of[Column.SPLIT])})
    identical = rows.merge(own, on=Column.SHA256, suffixes=("", "_own"))
    same = pd.DataFrame({"film": identical["radiograph_id"], "own": identical["radiograph_id_own"]})
    others = rows[~rows[Column.RADIOGRAPH_ID].isin(same["film"])]
    pairs = _similar(others, decoded, own, own_decoded)
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
    decoded: Mapping[str, Pixels],
    own: pd.DataFrame,
    own_decoded: Mapping[str, Pixels],
) -> pd.DataFrame:
    """Return pairs of a film of the site and one of the collection: film, own, similarity."""
    if rows.empty:
        return pd.DataFrame(columns=["film", "own", "similarity"])
    paths = dict(zip(rows[Column.RADIOGRAPH_ID], rows[Column.PATH], strict=True))
    # Two patients of one key are two at two sites.
    keys: dict[str, Any] = {Column.PATH: rows[Column.RADIOGRAPH_ID], Column.PATIENT_ID: "external "}
    site = rows.assign(**keys)
    pooled = pd.concat([site, own], ignore_index=True)
    pairs = similar_radiographs(pooled, _Pooled(decoded, own_decoded, paths))
    turned = pairs.rename(columns={"first": "second", "second": "first"})
    both = pd.concat([pairs, turned], ignore_index=True)
    crossing = both[both["first"].isin(paths) & ~both["second"].isin(paths)]
    renamed = crossing.rename(columns={"first": "film", "second": "own"})
    return renamed.sort_values("similarity", ascending=False, kind="stable", ignore_index=True)


def _by_split(pairs: pd.DataFrame) -> dict[Split, int]:
    counts = pairs.groupby(Column.SPLIT)["film"].nunique()
    return {split: int(counts.get(split, 0)) for split in Split}

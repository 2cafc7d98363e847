"""What is on record of a film's device and storage, as numbers that could tell its class."""

from collections.abc import Iterator

import pandas as pd

from pneumoscope.naming import Column

NUMBERS = {Column.BITS: "bits", Column.EXPOSURE: "exposure"}
NAMES = {
    Column.TRANSFER_SYNTAX: "transfer syntax", Column.MANUFACTURER: "manufacturer",
    Column.DEVICE: "device", Column.SITE: "site", Column.VIEW: "view",
}  # fmt: skip

RECORDED_COLUMNS = [*NUMBERS, *NAMES]

MOST_NAMES = 8
"""Names of one column that are tried, the commonest."""

NOT_RECORDED = "not recorded"
BEING = " is "
"""Between a column and its name in a feature: `manufacturer is ACME`."""


def recorded_features(rows: pd.DataFrame) -> Iterator[tuple[str, list[pd.Series]]]:
    """Yield each thing on record that differs among these films, with the numbers that tell it.

    Args:
        rows: Rows of the manifest, of one part; `RECORDED_COLUMNS` suffice.

    Yields:
        A column's name and its numbers: one series of those films that have it, or for names one
        series of zeros and ones for each of the commonest, named by the feature.
    """
    for column, name in NUMBERS.items():
        known = rows[column].dropna().astype(float) if column in rows else pd.Series(dtype=float)
        if len(known.unique()) > 1:
            yield name, [known.rename(name)]
    for column, name in NAMES.items():
        if column not in rows:
            continue
        # That one class came as DICOM and the other did not tells the class as well as any name.
        values = rows[column].astype(object).fillna(NOT_RECORDED)
        if len(values.unique()) > 1:
            commonest = values.value_counts().index[:MOST_NAMES]
            yield (
                name,
                [(values == one).astype(float).rename(f"{name}{BEING}{one}") for one in commonest],
            )

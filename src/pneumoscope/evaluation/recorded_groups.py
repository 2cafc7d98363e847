"""Subgroups by what is known of films: age bands, sex, view, device, site, exposure, borders."""

import numpy as np
import pandas as pd

from pneumoscope.naming import Column

NOT_RECORDED = "not recorded"
OTHER = "other"

AGE_BANDS = ("under 1", "1 to 4", "5 to 17", "18 to 39", "40 to 64", "65 and over", NOT_RECORDED)
_BAND_STARTS = (1, 5, 18, 40, 65)

ATTRIBUTES = {
    Column.AGE: "age", Column.SEX: "sex", Column.VIEW: "view",
    Column.MANUFACTURER: "manufacturer", Column.DEVICE: "device", Column.SITE: "site",
    Column.EXPOSURE: "exposure", Column.PSEUDO_SITE: "pseudo-site",
}  # fmt: skip
"""Columns of the manifest to what reports call them."""

MOST_NAMES = 8
"""Names of one attribute that are groups of their own; each more widens every interval."""

_DEMANDED = ("age", "sex")
"""What a subgroup analysis should cover: their absence is told."""

_TERTILES = (1 / 3, 2 / 3)


def recorded_groups(scored: pd.DataFrame, trained: pd.DataFrame) -> pd.DataFrame:
    """Name the groups of every scored radiograph by what is on record of it.

    Args:
        scored: Rows of the manifest; any of `ATTRIBUTES` may be missing.
        trained: Rows of the radiographs that were not scored; exposures are compared with theirs.

    Returns:
        One row a radiograph, index as `scored`; a column for each attribute that is on record
        of at least one, `NOT_RECORDED` where it is not.
    """
    found = {}
    for column, attribute in ATTRIBUTES.items():
        known = scored[column].notna() if column in scored else pd.Series(False, scored.index)
        if not known.any():
            continue
        values = scored.loc[known, column]
        if column == Column.EXPOSURE:
            others = trained[column].dropna() if column in trained else values[:0]
            if others.nunique() <= len(_TERTILES):  # thirds of two values are no thirds
                continue
            groups = tertiles(values, others)
        else:
            groups = _bands(values) if column == Column.AGE else _names(values)
        found[attribute] = groups.reindex(scored.index, fill_value=NOT_RECORDED)
    return pd.DataFrame(found, index=scored.index, dtype=object)


def absent_attributes(groups: pd.DataFrame) -> dict[str, str]:
    """Say which of age and sex no radiograph is on record with, each with the reason."""
    return {name: "not recorded with the radiographs" for name in _DEMANDED if name not in groups}


def tertiles(values: pd.Series, trained: pd.Series) -> pd.Series:
    """Name the third of the trained radiographs' values that each value lies in."""
    low, high = np.quantile(trained.to_numpy(float), _TERTILES)
    names = np.array([f"below {low:.3g}", f"{low:.3g} to {high:.3g}", f"above {high:.3g}"])
    return pd.Series(names[np.searchsorted([low, high], values)], values.index, dtype=object)


def _bands(ages: pd.Series) -> pd.Series:
    names = np.array(AGE_BANDS)
    return pd.Series(names[np.searchsorted(_BAND_STARTS, ages, "right")], ages.index, dtype=object)


def _names(names: pd.Series) -> pd.Series:
    commonest = names.value_counts().index[:MOST_NAMES]
    return names.where(names.isin(commonest), OTHER).astype(object)

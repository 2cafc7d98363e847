"""Scores of an ensemble: the mean of what its members gave the same radiographs."""

from collections.abc import Mapping
from hashlib import sha256

import numpy as np
import pandas as pd

from pneumoscope.errors import InputError
from pneumoscope.evaluation.records import ScoredBy
from pneumoscope.naming import Column

KEY = [Column.SPLIT.value, Column.RADIOGRAPH_ID.value]


def average_scores(members: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Average the scores of models radiograph by radiograph.

    The mean of probabilities, each model weighing the same (Lakshminarayanan et al. 2017,
    Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles).

    Args:
        members: Name to scores: the columns split, radiograph_id, score and others.

    Returns:
        The table of the first member with the mean as its score, in [0, 1].

    Raises:
        ValueError: When the members scored different radiographs.
    """
    names = list(members)
    first = members[names[0]].reset_index(drop=True)
    columns = [first[Column.SCORE].to_numpy(dtype=float)]
    for name in names[1:]:
        other = members[name].set_index(KEY)[Column.SCORE]
        aligned = other.reindex(pd.MultiIndex.from_frame(first[KEY]))
        if len(other) != len(first) or aligned.isna().any():
            raise InputError(
                f"{names[0]} and {name} to have scored the same radiographs",
                f"{len(first)} and {len(other)}, {int(aligned.notna().sum())} of them in both",
                "Run the evaluation of every member again.",
            )
        columns.append(aligned.to_numpy(dtype=float))
    mean = np.mean(columns, axis=0).astype(first[Column.SCORE].dtype)
    return first.assign(**{Column.SCORE: mean})


def ensemble_fingerprint(members: Mapping[str, ScoredBy]) -> ScoredBy:
    """Return the SHA-256 over the members' fingerprints, in any order, and those fingerprints."""
    own = {name: scored_by.fingerprint for name, scored_by in members.items()}
    together = "".join(sorted(own.values()))
    return ScoredBy(sha256(together.encode()).hexdigest(), members=own)

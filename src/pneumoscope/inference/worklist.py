"""Predictions in the order in which a human should look at them, and by patient."""

import numpy as np
import pandas as pd

from pneumoscope.arrays import FloatArray
from pneumoscope.ingestion.layout import UNASSIGNED, Layout, Place
from pneumoscope.naming import Column, Label
from pneumoscope.options import IngestionOptions

FILMS, MEAN_SCORE, HIGHEST = "films", "mean score", "highest score"
DOUBTFUL, UNDECIDED = "doubtful", "undecided"

_EDGE = 1e-6


def doubt_first(predictions: pd.DataFrame) -> pd.DataFrame:
    """Order the films that were read: unlike train, then the grey zone, then by their score.

    Args:
        predictions: As `predictions.predict` gives them.

    Returns:
        The rows that were read, each once: out of distribution, the farthest first; in the grey
        zone; all others; within these, by how far the logit of the score lies from that of the
        threshold, the nearest first. The index is kept.
    """
    read = predictions[predictions[Column.REASON] == ""]
    outside = read[Column.OUT_OF_DISTRIBUTION].astype(bool)
    zone = read[Column.GREY_ZONE].astype(bool)
    group = np.select([outside, zone], [0, 1], 2)
    away = np.abs(_logit(read[Column.SCORE]) - _logit(read[Column.THRESHOLD]))
    share = read[Column.OUT_OF_DISTRIBUTION_P].to_numpy(dtype=np.float64)
    within = np.where(outside, share, 0.0)
    order = np.lexsort((read[Column.PATH].to_numpy(dtype=str), away, within, group))
    return read.iloc[order]


def patients_of(files: pd.DataFrame, options: IngestionOptions) -> pd.Series:
    """Give the patient's key of each file, as far as it is known; an empty string where not.

    Args:
        files: Column path; `patient_id` where the films themselves tell it, which goes first.
        options: Patterns on file names.
    """
    layout = Layout(options.class_folders, options.patient_patterns)
    # Folders say nothing here: new radiographs lie in any.
    nowhere = Place(UNASSIGNED, Label.NORMAL)
    named = [layout.patient(path, nowhere) for path in files[Column.PATH]]
    by_name = pd.Series([p.patient_id if p.matched else "" for p in named], files.index, dtype=str)
    if Column.PATIENT_ID not in files:
        return by_name
    by_tags = files[Column.PATIENT_ID].fillna("").astype(str)
    return by_tags.where(by_tags != "", by_name)


def by_patient(predictions: pd.DataFrame, patients: pd.Series) -> pd.DataFrame:
    """Sum up each patient of whom the key is known, doubt first.

    Args:
        predictions: As `predictions.predict` gives them.
        patients: As `patients_of` gives them.

    Returns:
        One row a patient: the key, films that were read, mean and highest score, what the mean
        score is called (missing where a film of the patient was left undecided, for the mean
        rests on it), and how many films are doubtful (out of distribution, or in the grey
        zone); patients with doubtful films first, then the mean nearest the threshold.
    """
    read = predictions[predictions[Column.REASON] == ""]
    known = read.assign(**{Column.PATIENT_ID: patients.reindex(read.index)})
    known = known[known[Column.PATIENT_ID] != ""]
    outside = known[Column.OUT_OF_DISTRIBUTION].astype(bool)
    doubtful = outside | known[Column.GREY_ZONE].astype(bool)
    undecided = known[Column.PREDICTION].isna()
    grouped = known.assign(doubtful=doubtful, undecided=undecided).groupby(
        Column.PATIENT_ID, sort=True
    )
    table = pd.DataFrame(
        {
            FILMS: grouped.size(),
            MEAN_SCORE: grouped[Column.SCORE].mean(),
            HIGHEST: grouped[Column.SCORE].max(),
            DOUBTFUL: grouped[DOUBTFUL].sum(),
            UNDECIDED: grouped[UNDECIDED].sum(),
            Column.THRESHOLD.value: grouped[Column.THRESHOLD].first(),
        }
    ).reset_index()
    positive = table[MEAN_SCORE] >= table[Column.THRESHOLD]
    called = np.where(positive, Label.PNEUMONIA.value, Label.NORMAL.value).astype(object)
    called[table[UNDECIDED] > 0] = None
    away = np.abs(_logit(table[MEAN_SCORE]) - _logit(table[Column.THRESHOLD]))
    order = np.lexsort((away, table[DOUBTFUL] == 0))
    return table.assign(**{Column.PREDICTION.value: called}).iloc[order].reset_index(drop=True)


def _logit(scores: pd.Series) -> FloatArray:
    clipped = np.clip(np.asarray(scores, dtype=np.float64), _EDGE, 1 - _EDGE)
    return np.asarray(np.log(clipped / (1 - clipped)))

"""What telling radiographs out of distribution comes to: false alarms, and what is found."""

import numpy as np
import pandas as pd

from pneumoscope.evaluation.proportions import proportion
from pneumoscope.naming import Column
from pneumoscope.out_of_distribution.distances import distance_of
from pneumoscope.out_of_distribution.false_alarms import is_beyond
from pneumoscope.out_of_distribution.films import AS_IT_IS, FILM
from pneumoscope.out_of_distribution.records import Detection, FalseAlarms, Found


def measure_detection(measured: pd.DataFrame, limits: FalseAlarms, confidence: float) -> Detection:
    """Count on test which radiographs are flagged as out of distribution.

    Args:
        measured: As `films.measure_altered` gives it.
        limits: Which distance is too far.
        confidence: Coverage of the intervals over patients.
    """
    judged = measured.assign(beyond=is_beyond(limits, distance_of(measured)))
    found = {
        str(name): count_found(rows, confidence) for name, rows in judged.groupby(FILM, sort=False)
    }
    return Detection(
        fingerprint=limits.fingerprint,
        asked=limits.asked,
        promised=limits.promised,
        patients=limits.patients,
        reason=limits.reason,
        false_alarms=found.pop(AS_IT_IS),
        found=found,
    )


def count_found(rows: pd.DataFrame, confidence: float) -> Found:
    """Count which radiographs are flagged, with an interval over patients.

    Args:
        rows: Columns patient_id and beyond.
        confidence: Coverage of the interval.
    """
    by_patient = rows.groupby(Column.PATIENT_ID)["beyond"].agg(["sum", "size"])
    counted, total = (by_patient[name].to_numpy(dtype=np.float64) for name in ("sum", "size"))
    share = proportion(counted, total, confidence, "there is no radiograph").estimate
    return Found(len(rows), len(by_patient), share)

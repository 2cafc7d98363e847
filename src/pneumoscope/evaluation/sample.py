"""Scored radiographs of one split, checked once before anything is computed from them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from pneumoscope.arrays import BoolArray, FloatArray, IntArray
from pneumoscope.evaluation.score_arrays import checked_labels, checked_scores, labels_of, scores_of
from pneumoscope.naming import Column


@dataclass(frozen=True, eq=False)
class Sample:
    """Labels and scores of radiographs, and whose they are.

    Attributes:
        label: Shape (n,), true where PNEUMONIA.
        score: Shape (n,), in [0, 1].
        patient: Shape (n,), the number of each radiograph's patient, from 0 in the order of keys.
        patients: How many patients there are.
    """

    label: BoolArray
    score: FloatArray
    patient: IntArray
    patients: int

    @classmethod
    def of(cls, label: ArrayLike, score: ArrayLike, patient: ArrayLike) -> "Sample":
        """Check labels, scores and patients, and number the patients.

        Args:
            label: Shape (n,), 1 for PNEUMONIA.
            score: Shape (n,), in [0, 1].
            patient: Shape (n,), the key of the patient behind each radiograph.

        Raises:
            ValueError: If labels or scores are impossible, or a patient is missing.
        """
        labels = checked_labels(label)
        scores = checked_scores(score, labels.size)
        codes, keys = pd.factorize(np.asarray(patient), sort=True)
        if codes.shape != labels.shape or (codes < 0).any():
            raise ValueError(
                f"expected a patient for each of the {labels.size} radiographs, received "
                f"{codes.size} with {int((codes < 0).sum())} missing; take patient_id from the "
                "same rows"
            )
        return cls(labels, scores, codes.astype(np.int64), len(keys))

    @classmethod
    def of_rows(cls, rows: pd.DataFrame) -> "Sample":
        """Read the columns label, score and patient_id of rows."""
        return cls.of(labels_of(rows), scores_of(rows), rows[Column.PATIENT_ID].to_numpy())

    def by_patient(self, values: ArrayLike | None = None) -> FloatArray:
        """Sum a value of each radiograph over each patient's; without values, count them.

        Args:
            values: Shape (n,).

        Returns:
            Shape (patients,).
        """
        summed = np.bincount(self.patient, weights=values, minlength=self.patients)
        return summed.astype(np.float64)

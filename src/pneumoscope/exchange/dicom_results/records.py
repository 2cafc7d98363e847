"""What a DICOM result says of a film, as typed values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pneumoscope.naming import Label


class Kind(StrEnum):
    """The two objects that are made of one film."""

    REPORT = "report"
    OVERLAY = "overlay"


@dataclass(frozen=True)
class Finding:
    """What a locked model says of one film.

    Attributes:
        model: Name of the model or ensemble.
        fingerprint: SHA-256 of its weights.
        score: As the model gives it, from 0 to 1.
        threshold: A score of at least this is predicted PNEUMONIA.
        zone: Scores from the first to below the second are for a human; None without a zone.
        grey_zone: Whether the score lies there.
        prediction: None where it was left undecided.
        probability: For `prevalence`; None where there is no calibration, and for a film out of
            distribution, on whose like none was fitted.
        prevalence: Share of PNEUMONIA that the probability holds for.
        out_of_distribution: Whether the film is unlike those of train.
        out_of_distribution_p: Share of the patients of validation whose films lie as far.
        out_of_distribution_reason: What is unlike; empty where nothing is.
        remarks: What was converted, and what its tags or its look warn of; may be empty.
        notice: That this is no diagnosis, and what is synthetic.
    """

    model: str
    fingerprint: str
    score: float
    threshold: float
    zone: tuple[float, float] | None
    grey_zone: bool
    prediction: Label | None
    probability: float | None
    prevalence: float | None
    out_of_distribution: bool
    out_of_distribution_p: float
    out_of_distribution_reason: str
    remarks: str
    notice: str

    @property
    def origin(self) -> str:
        """All that a result depends on beside the film: made otherwise, it is another one."""
        undecided = self.prediction is None
        said = (self.fingerprint, self.threshold, self.zone, self.prevalence, undecided)
        return f"{said} {self.notice}"


@dataclass(frozen=True)
class Picture:
    """What spoke for the decision on one film.

    Attributes:
        seen: As the model saw it, uint8 (height, width).
        attribution: Of that shape, from 0 to 1; None where there is no map.
        method: How the map was made, or why there is none.
        meaning: What it shows.
    """

    seen: NDArray[np.uint8] = field(repr=False)
    attribution: NDArray[np.float32] | None = field(repr=False)
    method: str
    meaning: str


@dataclass(frozen=True)
class DicomObject:
    """One result as a file of DICOM.

    Attributes:
        uid: Its SOP instance UID, the same whenever it is made.
        data: The file.
    """

    uid: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class FilmResults:
    """The results of one file that was to be predicted.

    Attributes:
        path: As the predictions name it.
        sha256: Of its bytes.
        objects: What was made of it.
        reason: Why there is nothing, or an empty string.
    """

    path: str
    sha256: str
    objects: Mapping[Kind, DicomObject] = field(default_factory=dict)
    reason: str = ""

"""What is predicted of one film, typed: a row of the table, a card of a page, an answer."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pneumoscope.naming import Label

_ARRAYS = ("seen", "attribution")


@dataclass(frozen=True, kw_only=True)
class FilmPrediction:
    """One film, or one file that was not read; what is not known of it is None.

    Attributes:
        path: Name of the file.
        sha256: Hash of its bytes; empty where it was not read.
        bytes: Size of the file.
        width: Of the original in pixels, 0 where it could not be decoded.
        height: The same.
        prediction: PNEUMONIA from the threshold on; None too where films unlike those of train are
            left undecided.
        grey_zone: Whether a human should look first.
        score: What the model gives, in [0, 1], of float32.
        probability: The calibrated score, for `prevalence`; None without a calibration, and of a
            film unlike those of train, on whose like none was fitted.
        out_of_distribution: Whether it is unlike the films that the model was trained on.
        out_of_distribution_p: Share of validation that lies as far.
        out_of_distribution_distance: How far from train, in robust standard deviations.
        out_of_distribution_limit: Beyond which distance a film is out of distribution.
        out_of_distribution_reason: What is unlike; empty where nothing is.
        reason: Why it was not read; empty where it was.
        note: What was converted.
        warning: How it looks odd.
        prevalence: Share of PNEUMONIA that `probability` holds for.
        model: Name of the model.
        fingerprint: SHA-256 of its weights.
        threshold: The locked one.
        zone_low: Lower end of the grey zone.
        zone_high: Its upper end.
        notice: What it is not for, and what is synthetic.
        seen: As the model saw it, uint8 (height, width); like the next where maps were asked for.
        attribution: What spoke for the decision, float32 like `seen`, in [0, 1]; None where the
            model has no map.
        attribution_method: How the map was made, or why there is none.
    """

    path: str
    sha256: str = ""
    bytes: int = 0
    width: int = 0
    height: int = 0
    prediction: Label | None = None
    grey_zone: bool | None = None
    score: float | None = None
    probability: float | None = None
    out_of_distribution: bool | None = None
    out_of_distribution_p: float | None = None
    out_of_distribution_distance: float | None = None
    out_of_distribution_limit: float | None = None
    out_of_distribution_reason: str | None = None
    reason: str = ""
    note: str = ""
    warning: str = ""
    prevalence: float | None
    model: str
    fingerprint: str
    threshold: float
    zone_low: float | None
    zone_high: float | None
    notice: str
    seen: NDArray[np.uint8] | None = None
    attribution: NDArray[np.float32] | None = None
    attribution_method: str = ""

    def plain(self) -> dict[str, Any]:
        """Return all but the pictures as values of JSON."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in _ARRAYS
        }

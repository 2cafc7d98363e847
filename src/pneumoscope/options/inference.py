"""Parameters of the inference."""

from typing import Annotated

from pydantic import Field

from pneumoscope.naming import ResultPlace
from pneumoscope.options.base import AsYaml, OpenShare, Options, Text
from pneumoscope.options.external import SiteVersion


class InferenceOptions(Options):
    """How new radiographs are predicted.

    Attributes:
        model: A model or ensemble of the comparison; null for the last architecture.
        site: Whose update is applied: a site that was measured, or "site@version"; null for none,
            so that scores are read as the evaluation has locked it.
        grey_zone: Which of `evaluation.grey_zone.shares` marks the doubtful; null for none. A
            locked `grey_zone` rule has a zone of its own, which goes first.
        prevalence: Share of PNEUMONIA among the films' patients, for which probabilities are
            computed; null for that of validation.
        decide_out_of_distribution: Whether a radiograph unlike those of train gets a prediction
            all the same; its score stands there in any case.
        dicom_results: Whether predictions of DICOM films also become DICOM objects, which hold
            what identifies the patient: in a folder of their own, or from there in the archive
            too; null for none.
        shown_films: Films at most that the page of the predictions shows, the doubtful first.
    """

    model: Text | None = None
    site: SiteVersion | None = None
    grey_zone: OpenShare | None = None
    prevalence: OpenShare | None = None
    decide_out_of_distribution: bool = True
    dicom_results: Annotated[ResultPlace, AsYaml] | None = None
    # Two pictures each, inside one file that a browser has to open.
    shown_films: Annotated[int, Field(ge=0, le=1000)] = 200

"""Parameters of the inference."""

from typing import Annotated

from pydantic import Field

from pneumoscope.options.base import OpenShare, Options, Text


class InferenceOptions(Options):
    """How new radiographs are predicted.

    Attributes:
        model: A model or ensemble of the comparison; null for the last architecture.
        grey_zone: Which of `evaluation.grey_zone.shares` marks the doubtful; null for none. A
            locked `grey_zone` rule has a zone of its own, which goes first.
        prevalence: Share of PNEUMONIA among the films' patients, for which probabilities are
            computed; null for that of validation.
        decide_out_of_distribution: Whether a radiograph unlike those of train gets a prediction
            all the same; its score stands there in any case.
        shown_films: Films at most that the page of the predictions shows, the doubtful first.
    """

    model: Text | None = None
    grey_zone: OpenShare | None = None
    prevalence: OpenShare | None = None
    decide_out_of_distribution: bool = True
    # Two pictures each, inside one file that a browser has to open.
    shown_films: Annotated[int, Field(ge=0, le=1000)] = 200

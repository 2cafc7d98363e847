"""Parameters of what the periphery of films tells."""

from typing import Annotated

from pydantic import Field

from pneumoscope.options.base import OpenShare, Options


class AcquisitionOptions(Options):
    """How films are described by their periphery, and grouped by it.

    Attributes:
        components: Principal components of the periphery at most, beside its numbers.
        most_pseudo_sites: Groups at most.
        prediction_strength: Stability that a grouping must reach; 0.8 and more are usual
            (Tibshirani and Walther 2005).
        hard_auroc: AUROC of the class by the periphery among hard films, at most: at 0.5 it tells
            nothing there, below it points to the other class, and fewer films are hard.
    """

    components: Annotated[int, Field(ge=1, le=100)]
    most_pseudo_sites: Annotated[int, Field(ge=2, le=8)]
    prediction_strength: OpenShare
    hard_auroc: Annotated[float, Field(ge=0, le=0.5)]

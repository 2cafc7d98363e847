"""Parameters of the ingestion."""

import re
from typing import Annotated

from pydantic import Field, field_validator

from pneumoscope.naming import Label
from pneumoscope.options.base import Count, Share
from pneumoscope.options.decoding import DecodingOptions


class IngestionOptions(DecodingOptions):
    """How a folder of radiographs is read.

    Attributes:
        max_quarantined: Highest share of radiographs in quarantine before the run stops.
        batch_size: Radiographs that one task decodes.
        warn_auroc: A number that tells the class with this AUROC or more, beyond chance, is
            warned of.
        class_folders: Folder names that stand for each class, in any case.
        patient_patterns: Regular expressions on the file name, tried in order; the named
            groups make the patient's key, the group `subtype` the subtype too.
    """

    max_quarantined: Share
    batch_size: Count
    warn_auroc: Annotated[float, Field(gt=0.5, le=1.0)]
    class_folders: dict[Label, list[str]]
    patient_patterns: list[str]

    @field_validator("patient_patterns")
    @classmethod
    def _every_pattern_names_a_patient(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                groups = set(re.compile(pattern).groupindex) - {"subtype"}
            except re.error as error:
                raise ValueError(
                    f"expected a regular expression: {error}, received {pattern!r}"
                ) from error
            if not groups:
                raise ValueError(
                    "expected a named group that tells patients apart, such as (?P<number>\\d+), "
                    f"received {pattern!r}"
                )
        return patterns

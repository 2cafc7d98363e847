"""Parameters of the fetch pipeline."""

from typing import Annotated

from pydantic import Field, model_validator

from pneumoscope.errors import InputError
from pneumoscope.naming import Source, Subtype
from pneumoscope.options.base import AsYaml, OpenShare, Options, Pair

BACTERIA_SHARE = 0.6
"""Share of bacterial pneumonia among the patients with pneumonia, about the archive's."""


class PhantomOptions(Options):
    """How many synthetic radiographs are made, and how large.

    Attributes:
        patients: Number of synthetic patients; most have one radiograph, some several.
        pneumonia_share: Share of the patients with pneumonia.
        test_share: Share of the patients in the official test part.
        shorter_side: Smallest and largest shorter side of a film, in pixels.
    """

    # A hundred thousand take an hour to draw.
    patients: Annotated[int, Field(ge=12, le=100_000)] = 300
    pneumonia_share: OpenShare = 0.7
    test_share: OpenShare = 0.2
    # Below 64 px ribs cannot be drawn.
    shorter_side: Pair[Annotated[int, Field(ge=64, le=4096)]] = (220, 420)

    @model_validator(mode="after")
    def _sides_ascend(self) -> "PhantomOptions":
        low, high = self.shorter_side
        if low > high:
            raise InputError(
                "`shorter_side` as [low, high]", str([low, high]), "Put the smaller number first."
            )
        return self

    @model_validator(mode="after")
    def _every_subtype_has_patients_to_test_and_to_train_on(self) -> "PhantomOptions":
        for subtype, patients in self.patients_by_subtype.items():
            if patients - self.tested(subtype) < 2:
                raise InputError(
                    f"1 test patient and 2 training patients or more of subtype {subtype}",
                    f"{patients} patients and test_share {self.test_share:g}",
                    "Raise `patients`, or move `pneumonia_share` and `test_share` towards the "
                    "middle.",
                )
        return self

    @property
    def patients_by_subtype(self) -> dict[Subtype, int]:
        """How many patients there are of each subtype."""
        with_pneumonia = round(self.patients * self.pneumonia_share)
        bacteria = round(with_pneumonia * BACTERIA_SHARE)
        return {
            Subtype.NORMAL: self.patients - with_pneumonia,
            Subtype.BACTERIA: bacteria,
            Subtype.VIRUS: with_pneumonia - bacteria,
        }

    def tested(self, subtype: Subtype) -> int:
        """How many patients of a subtype are in the official test part."""
        return max(1, round(self.patients_by_subtype[subtype] * self.test_share))


class FetchOptions(Options):
    """Where radiographs come from: made here, downloaded, or a folder that is already there.

    Attributes:
        source: `phantoms`, `archive` (described in fetch/catalog.yml) or `folder`.
        phantoms: What is drawn where the source is `phantoms`.
    """

    source: Annotated[Source, AsYaml]
    phantoms: PhantomOptions = PhantomOptions()

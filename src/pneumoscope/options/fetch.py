"""Parameters of the fetch pipeline."""

from typing import Annotated

from pydantic import Field, model_validator

from pneumoscope.naming import Source
from pneumoscope.options.base import Count, OpenShare, Options


class PhantomOptions(Options):
    """How many synthetic radiographs are made, and how large.

    Attributes:
        patients: Number of synthetic children; most have one radiograph, some several.
        pneumonia_share: Share of the children with pneumonia.
        test_share: Share of the children in the official test part.
        shorter_side: Smallest and largest shorter side of a film, in pixels.
    """

    patients: Annotated[int, Field(ge=12)] = 300
    pneumonia_share: OpenShare = 0.7
    test_share: OpenShare = 0.2
    shorter_side: tuple[Annotated[int, Field(ge=64)], int] = (220, 420)

    @model_validator(mode="after")
    def _sides_ascend(self) -> "PhantomOptions":
        if self.shorter_side[0] > self.shorter_side[1]:
            raise ValueError(f"expected shorter_side as [low, high], received {self.shorter_side}")
        return self


class ArchiveOptions(Options):
    """Where the published archive lies and how it is recognised."""

    url: str
    bytes: Count
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class FetchOptions(Options):
    """Where radiographs come from: made here, downloaded, or a folder that is already there."""

    source: Source
    phantoms: PhantomOptions = PhantomOptions()
    archive: ArchiveOptions | None = None

    @model_validator(mode="after")
    def _archive_is_described(self) -> "FetchOptions":
        if self.source is Source.ARCHIVE and self.archive is None:
            raise ValueError("source 'archive' needs `archive:` with url, bytes and sha256")
        return self

"""Where radiographs come from, as the tables that are stored with them say."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pneumoscope.naming import Column, Source

if TYPE_CHECKING:
    import pandas as pd

PHANTOM_COMMENT = "Synthetic phantom made by Pneumoscope"
"""Comment that every phantom bears, by which it is known wherever it is copied to."""

_HEAD = 1024
"""Bytes at the start of a file within which a JPEG has its comment."""


@dataclass(frozen=True)
class Sources:
    """How many radiographs came from each source.

    Attributes:
        phantoms: Drawn by this project.
        archive: From the published archive, as this project downloaded it.
        folder: From a folder of the user's.
    """

    phantoms: int = 0
    archive: int = 0
    folder: int = 0

    @classmethod
    def of(cls, rows: "pd.DataFrame") -> "Sources":
        """Count the rows of a table by its column `source`."""
        return cls(*(int((rows[Column.SOURCE] == source.value).sum()) for source in Source))

    @property
    def total(self) -> int:
        """All radiographs."""
        return self.phantoms + self.archive + self.folder

    @property
    def only_phantoms(self) -> bool:
        """Whether there are radiographs and all of them are phantoms."""
        return 0 < self.phantoms == self.total


def source_of(data: bytes, given: Source) -> Source:
    """Return where a radiograph comes from, judged by its own bytes first.

    Args:
        data: The bytes of the file.
        given: The source that it was read from. A file among the phantoms that is none was put
            there by the user.
    """
    if PHANTOM_COMMENT.encode() in data[:_HEAD]:
        return Source.PHANTOMS
    return Source.FOLDER if given is Source.PHANTOMS else given

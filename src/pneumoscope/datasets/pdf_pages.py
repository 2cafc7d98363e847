"""Figures as the pages of one PDF file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset
from matplotlib.figure import Figure

from pneumoscope.datasets.atomic import replacing


class PdfPagesDataset(AbstractDataset[Sequence[Figure], bytes]):
    """Saves figures as the pages of a PDF, equal figures as equal bytes, and loads the bytes.

    The file appears whole or not at all.
    """

    def __init__(
        self, *, filepath: str, title: str = "", metadata: dict[str, Any] | None = None
    ) -> None:
        """Describe the file; nothing is read or written yet.

        Args:
            filepath: The PDF file.
            title: Title that a PDF reader shows.
            metadata: Layer for kedro-viz.
        """
        self._filepath = Path(filepath)
        self._title = title
        self.metadata = metadata

    def load(self) -> bytes:
        """Return the PDF file's bytes."""
        return self._filepath.read_bytes()

    def save(self, data: Sequence[Figure]) -> None:
        """Write a page for each figure, in its own size."""
        # A third of a second to import, which a listing of the catalog need not pay.
        from matplotlib.backends.backend_pdf import PdfPages

        if not data:
            raise ValueError("expected at least one page, received none")
        # Dates and versions would make equal slides differ.
        facts = {"Title": self._title, "CreationDate": None, "Producer": None, "Creator": None}
        with replacing(self._filepath) as unfinished, PdfPages(unfinished, metadata=facts) as pdf:
            for page in data:
                pdf.savefig(page)

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath.as_posix(), "title": self._title}

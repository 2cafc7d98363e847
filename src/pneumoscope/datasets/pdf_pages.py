"""Figures as the pages of one PDF file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kedro.io import Version
from matplotlib.figure import Figure

from pneumoscope.datasets.atomic import AtomicDataset


class PdfPagesDataset(AtomicDataset[Sequence[Figure], bytes]):
    """Saves figures as the pages of a PDF, equal figures as equal bytes, and loads the bytes.

    Each page has the size of its figure.

    Args:
        filepath: The PDF file.
        title: Title that a PDF reader shows.
        version: Versions to load and save, set by Kedro.
        metadata: Layer for kedro-viz.
    """

    def __init__(
        self,
        filepath: str,
        title: str = "",
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Describe the file; nothing is read or written yet."""
        super().__init__(filepath, version, metadata)
        self._title = title

    def _read(self, path: Path) -> bytes:
        return path.read_bytes()

    def _write(self, path: Path, data: Sequence[Figure]) -> None:
        # A third of a second to import, which a listing of the catalog need not pay.
        from matplotlib.backends.backend_pdf import PdfPages

        if not data:
            raise ValueError("expected at least one page, received none")
        # Dates and versions would make equal slides differ.
        facts = {"Title": self._title, "CreationDate": None, "Producer": None, "Creator": None}
        with PdfPages(path, metadata=facts) as pdf:
            for page in data:
                pdf.savefig(page)

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "title": self._title}

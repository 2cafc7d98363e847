"""Figures as PNG files that kedro-viz can preview."""

import base64
import sys
from pathlib import Path
from typing import Any

from kedro.io import Version
from kedro_datasets._typing import ImagePreview
from matplotlib.figure import Figure

from pneumoscope.datasets.atomic import AtomicDataset
from pneumoscope.plots.png import DOTS_PER_INCH, png_bytes


class FigureDataset(AtomicDataset[Figure, bytes]):
    """Saves a figure as a PNG file, equal figures as equal bytes, and loads the bytes.

    A report embeds the bytes as they are, so loading gives no figure back. Saving closes the
    figure, so that pyplot does not keep it in memory.

    Args:
        filepath: The PNG file.
        dpi: Pixels per inch of the figure.
        version: Versions to load and save, set by Kedro.
        metadata: Layer and preview settings for kedro-viz.
    """

    def __init__(
        self,
        filepath: str,
        dpi: int = DOTS_PER_INCH,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Describe the file; nothing is read or written yet."""
        super().__init__(filepath, version, metadata)
        self._dpi = dpi

    def _read(self, path: Path) -> bytes:
        return path.read_bytes()

    def _write(self, path: Path, data: Figure) -> None:
        path.write_bytes(png_bytes(data, self._dpi))
        # Importing it takes a third of a second, and the figures of the house do without.
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close(data)

    # kedro-viz reads the name of the returned type to know that this is an image.
    def preview(self) -> ImagePreview:
        """Return the PNG in base64 for kedro-viz."""
        return ImagePreview(base64.b64encode(self.load()).decode("ascii"))

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "dpi": self._dpi}

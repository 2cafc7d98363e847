"""Figures as PNG files that kedro-viz can preview."""

import base64
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import Version
from kedro_datasets._typing import ImagePreview

from pneumoscope.datasets.atomic import AtomicDataset
from pneumoscope.plots.drawing import Drawing
from pneumoscope.plots.figure_processes import processes_in_use
from pneumoscope.plots.png import DOTS_PER_INCH, png_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class FigureDataset(AtomicDataset["Figure | Drawing | bytes", bytes]):
    """Saves a figure as a PNG file, equal figures as equal bytes, and loads the bytes.

    A report embeds the bytes as they are, so loading gives no figure back. Saving closes the
    figure, so that pyplot does not keep it in memory.

    Within `figure_processes.drawing_apart`, saving only hands the figure over: it is drawn while
    this process goes on, and loading waits for it.

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

    def save(self, data: "Figure | Drawing | bytes") -> None:
        """Draw the figure, or have it drawn; the bytes of one that was drawn are written.

        Raises:
            DatasetError: It could not be drawn or written; what was there before is there still.
                One that is drawn meanwhile raises when it is loaded, or when the run ends.
        """
        processes = processes_in_use()
        # Kedro looks for the file of a version once it is saved.
        if processes is None or self._version is not None or isinstance(data, bytes):
            super().save(data)
            return
        try:
            processes.draw(Path(self._filepath), data, self._dpi, keep=super().save)
        except Exception:  # a figure may hold what cannot be sent to another process
            super().save(data)
        _close(data)

    def _read(self, path: Path) -> bytes:
        self._finish()
        return path.read_bytes()

    def _exists(self) -> bool:
        self._finish()
        return super()._exists()

    def _finish(self) -> None:
        if processes := processes_in_use():
            processes.finish(Path(self._filepath))

    def _write(self, path: Path, data: "Figure | Drawing | bytes") -> None:
        if isinstance(data, bytes):
            path.write_bytes(data)
        else:
            path.write_bytes(png_bytes(data, self._dpi))
            _close(data)

    # kedro-viz reads the name of the returned type to know that this is an image.
    def preview(self) -> ImagePreview:
        """Return the PNG in base64 for kedro-viz."""
        return ImagePreview(base64.b64encode(self.load()).decode("ascii"))

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "dpi": self._dpi}


def _close(figure: "Figure | Drawing") -> None:
    # Importing it takes a third of a second, and the figures of the house do without.
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot and not isinstance(figure, Drawing):
        pyplot.close(figure)

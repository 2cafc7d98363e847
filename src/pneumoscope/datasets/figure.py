"""Figures as PNG files that kedro-viz can preview."""

import base64
import io
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset
from kedro_datasets._typing import ImagePreview
from matplotlib.figure import Figure

from pneumoscope.datasets.atomic import replacing

DOTS_PER_INCH = 110


class FigureDataset(AbstractDataset[Figure, bytes]):
    """Saves a figure as a PNG file, equal figures as equal bytes, and loads the bytes.

    The file appears whole or not at all. A report embeds the bytes as they are, so loading
    gives no figure back.
    """

    def __init__(
        self,
        *,
        filepath: str,
        dpi: int = DOTS_PER_INCH,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Describe the file; nothing is read or written yet.

        Args:
            filepath: The PNG file.
            dpi: Pixels per inch of the figure.
            metadata: Layer and preview settings for kedro-viz.
        """
        self._filepath = Path(filepath)
        self._dpi = dpi
        self.metadata = metadata

    def load(self) -> bytes:
        """Return the PNG file's bytes."""
        return self._filepath.read_bytes()

    def save(self, data: Figure) -> None:
        """Write the figure and close it, so that pyplot does not keep it in memory."""
        # pyplot costs a third of a second to import, which a listing of the catalog need not pay.
        from matplotlib import pyplot

        with replacing(self._filepath) as unfinished:
            unfinished.write_bytes(png_bytes(data, self._dpi))
        pyplot.close(data)

    # kedro-viz reads the name of the returned type to know that this is an image.
    def preview(self) -> ImagePreview:
        """Return the PNG in base64 for kedro-viz."""
        return ImagePreview(base64.b64encode(self.load()).decode("ascii"))

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath.as_posix(), "dpi": self._dpi}


def png_bytes(figure: Figure, dpi: int = DOTS_PER_INCH) -> bytes:
    """Return the figure as PNG bytes without date or software version."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()

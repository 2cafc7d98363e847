"""Decoded radiographs of any size in one file of pixels, read one at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pneumoscope.datasets.atomic import AtomicDataset
from pneumoscope.errors import InputError
from pneumoscope.ingestion.scanned_file import NamedOnceScanned, ScannedFile

_PIXELS, _FILES = "pixels.bin", "files.parquet"
_FOUND = [field.name for field in fields(ScannedFile) if field.name != "pixels"]


@dataclass(frozen=True)
class DecodedRadiographs(Mapping[str, NDArray[np.uint8]]):
    """Pixels by path, each read from disk when it is asked for; nothing stays in memory.

    Attributes:
        files: One row per scanned file: `ScannedFile` without pixels, plus offset, rows and
            columns (0 where nothing was decoded).
        folder: Where the pixels lie.
    """

    files: pd.DataFrame
    folder: Path
    _places: dict[str, tuple[int, int, int]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the decoded radiographs by path."""
        decoded = self.files[self.files["rows"] > 0]
        places = zip(decoded["rows"], decoded["columns"], decoded["offset"], strict=True)
        object.__setattr__(self, "_places", dict(zip(decoded["path"], places, strict=True)))

    def __getitem__(self, path: str) -> NDArray[np.uint8]:
        """Return uint8 (rows, columns) of one radiograph."""
        rows, columns, offset = self._places[path]
        flat = np.fromfile(
            self.folder / _PIXELS, dtype=np.uint8, count=rows * columns, offset=offset
        )
        return flat.reshape(rows, columns)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the paths of the decoded radiographs."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return the number of decoded radiographs."""
        return len(self._places)


class DecodedRadiographsDataset(AtomicDataset[Iterable[ScannedFile], DecodedRadiographs]):
    """Scanned files, streamed to disk and read back one by one.

    The folder holds `pixels.bin` (uint8, radiograph after radiograph) and `files.parquet`
    (what the scan found of each file, and where its pixels lie). Neither saving nor loading
    takes memory for more than one radiograph.
    """

    def _read(self, path: Path) -> DecodedRadiographs:
        if not self._exists():
            raise InputError(
                "decoded radiographs",
                f"none at '{path}'",
                "Run the ingestion first: kedro run --pipelines=ingestion",
            )
        return DecodedRadiographs(pd.read_parquet(path / _FILES), path)

    def _write(self, path: Path, data: Iterable[ScannedFile]) -> None:
        path.mkdir()
        rows, offset = [], 0
        with (path / _PIXELS).open("wb") as stream:
            for file in data:
                shape = (0, 0) if file.pixels is None else file.pixels.shape
                found = [getattr(file, name) for name in _FOUND]
                rows.append([*found, offset, *shape])
                if file.pixels is not None:
                    offset += stream.write(np.ascontiguousarray(file.pixels).data)
        table = pd.DataFrame(rows, columns=[*_FOUND, "offset", "rows", "columns"])
        if isinstance(data, NamedOnceScanned):
            table = data.named(table)
        # An archive that is read as a stream gives its files in its own order.
        table = table.sort_values("path")
        table.to_parquet(path / _FILES, index=False)

    def _exists(self) -> bool:
        return (Path(self._get_load_path()) / _FILES).exists()

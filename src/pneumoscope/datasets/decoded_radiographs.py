"""Decoded radiographs of any size in files of pixels, read one at a time."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pneumoscope.arrays import Grey, IntArray
from pneumoscope.datasets.atomic import AtomicDataset, clear_alone, replacing_alone
from pneumoscope.errors import InputError
from pneumoscope.ingestion.scanned_file import NamedOnceScanned, ScannedFile
from pneumoscope.lookup import known_places_of
from pneumoscope.parallel import in_shards
from pneumoscope.radiographs.measured import ACQUISITION, SMALL_SIDE

PART_FILES = 256
"""Scanned files a file of pixels: some 64 MB at a working side of 448."""

_FILES = "files.parquet"
_REMEDY = "Run the ingestion first: kedro run --pipelines=ingestion"
_FOUND = [field for field in fields(ScannedFile) if field.name not in ("pixels", "measured")]
_PLACE = ["part", "offset", "rows", "columns"]
_SMALL = "small"
"""Column: the place of a small film in the file of its part, or -1 where there is none."""
_KINDS = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
_SCHEMA = pa.schema(
    [(field.name, _KINDS[field.type]) for field in _FOUND]  # type: ignore[index]
    + [(name, pa.float64()) for name in ACQUISITION]
    + [(name, pa.int64()) for name in (*_PLACE, _SMALL)]
)


@dataclass(frozen=True)
class StoredFilms(Sequence[Grey]):
    """Films by number, each read from disk when it is asked for; what it holds are places.

    A slice is as small as its films are few, so that it can be sent to a worker.

    Attributes:
        folder: Where the pixels lie.
        places: int64 (n, 4), one row a film: part, offset, rows and columns.
    """

    folder: Path
    places: IntArray

    def __len__(self) -> int:
        """Return the number of films."""
        return len(self.places)

    def __getitem__(self, key: Any) -> Any:
        """Return uint8 (rows, columns) of one film, or a slice as `StoredFilms`."""
        if isinstance(key, slice):
            return StoredFilms(self.folder, self.places[key])
        part, offset, rows, columns = self.places[key].tolist()
        flat = np.fromfile(
            self.folder / _part(part), dtype=np.uint8, count=rows * columns, offset=offset
        )
        return flat.reshape(rows, columns)


@dataclass(frozen=True)
class StoredSmallFilms:
    """Small films by number, read from disk when they are asked for.

    Attributes:
        folder: Where they lie.
        places: int64 (n, 2), one row a film: part, and place in it.
    """

    folder: Path
    places: IntArray

    def __len__(self) -> int:
        """Return the number of films."""
        return len(self.places)

    def __getitem__(self, rows: IntArray, /) -> Grey:
        """Read some of them: uint8 (n, `SMALL_SIDE`, `SMALL_SIDE`)."""
        part, number = self.places[rows].T
        found = np.empty((len(part), SMALL_SIDE, SMALL_SIDE), dtype=np.uint8)
        for one in np.unique(part):
            here = part == one
            stored = np.memmap(self.folder / _small_part(one), dtype=np.uint8, mode="r")
            found[here] = stored.reshape(-1, SMALL_SIDE, SMALL_SIDE)[number[here]]
        return found


@dataclass(frozen=True)
class DecodedRadiographs(Mapping[str, Grey]):
    """Pixels by path, each read from disk when it is asked for; nothing stays in memory.

    Of the table of files columns are read when they are asked for, too: most steps need few.

    Attributes:
        folder: Where pixels and table lie.
    """

    folder: Path

    @property
    def files(self) -> pd.DataFrame:
        """One row per scanned file, by path, read anew each time.

        `ScannedFile` without pixels, plus part, offset, rows and columns (0 where nothing was
        decoded), small, and the numbers of `ACQUISITION` (NaN where nothing was measured).
        """
        return pd.read_parquet(self.folder / _FILES)

    def table(self, columns: Sequence[str]) -> pd.DataFrame:
        """Read some columns of `files` alone."""
        return pd.read_parquet(self.folder / _FILES, columns=list(columns))

    def __getitem__(self, path: str) -> Grey:
        """Return uint8 (rows, columns) of one radiograph."""
        known, films = self._decoded
        paths = known.array
        place = bisect_left(paths, path)
        if place == len(paths) or paths[place] != path:
            raise KeyError(path)
        return films[place]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the paths of the decoded radiographs."""
        return iter(self._decoded[0])

    def __len__(self) -> int:
        """Return the number of decoded radiographs."""
        return len(self._decoded[0])

    @cached_property
    def _decoded(self) -> tuple[pd.Series, StoredFilms]:
        """Paths of the decoded radiographs, and the radiographs; kept once one was asked for."""
        return self._places()

    def _places(self) -> tuple[pd.Series, StoredFilms]:
        files = self.table(["path", *_PLACE])
        decoded = files[files["rows"] > 0]
        places = decoded[_PLACE].to_numpy(dtype=np.int64)
        return decoded["path"].reset_index(drop=True), StoredFilms(self.folder, places)

    def films(self, paths: pd.Series) -> StoredFilms:
        """Return the films of these paths, in their order.

        Raises:
            KeyError: One of them was not decoded.
        """
        known, films = self._places()
        return StoredFilms(self.folder, films.places[known_places_of(paths, known)])

    def small(self, paths: pd.Series) -> StoredSmallFilms:
        """Return the films of these paths, made small, in their order.

        Raises:
            KeyError: One of them was not decoded, or not made small.
        """
        files = self.table(["path", "part", _SMALL])
        made = files[files[_SMALL] >= 0]
        places = made[["part", _SMALL]].to_numpy(dtype=np.int64)
        return StoredSmallFilms(self.folder, places[known_places_of(paths, made["path"])])

    def numbers(self, paths: pd.Series) -> pd.DataFrame:
        """Return what was measured of the films of these paths: the columns of `ACQUISITION`.

        Raises:
            KeyError: One of them is no scanned file.
        """
        files = self.table(["path", *ACQUISITION])
        rows = known_places_of(paths, files["path"])
        return files[list(ACQUISITION)].iloc[rows].reset_index(drop=True)


class DecodedRadiographsDataset(AtomicDataset[Iterable[ScannedFile], DecodedRadiographs]):
    """Scanned files, streamed to disk and read back one by one.

    The folder holds `pixels-00000.bin`, … (uint8, radiograph after radiograph, of `PART_FILES`
    files each), `small-00000.bin`, … (the same made small, where the scan does so) and
    `files.parquet` (what the scan found of each file, and where its pixels lie).
    Neither saving nor loading takes memory for more than one radiograph. Where the scan runs on a
    cluster, its workers write the parts.
    """

    def _read(self, path: Path) -> DecodedRadiographs:
        if not self._exists():
            raise InputError("decoded radiographs", f"none at '{path}'", _REMEDY)
        if not {*_PLACE, _SMALL} <= set(pq.read_schema(path / _FILES).names):
            raise InputError("decoded radiographs in parts", f"'{path}' of an older run", _REMEDY)
        return DecodedRadiographs(path)

    def _write(self, path: Path, data: Iterable[ScannedFile]) -> None:
        path.mkdir()
        parts = [_SCHEMA.empty_table(), *in_shards(data, PART_FILES, partial(_write_part, path))]
        clear_alone(path)
        table = pa.concat_tables(parts).to_pandas()
        if isinstance(data, NamedOnceScanned):
            table = data.named(table)
        # An archive that is read as a stream gives its files in its own order.
        if not table["path"].is_monotonic_increasing:
            table = table.sort_values("path")
        table.to_parquet(path / _FILES, index=False)

    def _exists(self) -> bool:
        return (Path(self._get_load_path()) / _FILES).exists()


def _part(number: int) -> str:
    return f"pixels-{number:05d}.bin"


def _small_part(number: int) -> str:
    return f"small-{number:05d}.bin"


def _write_part(folder: Path, number: int, files: Iterator[ScannedFile]) -> pa.Table:
    """Write the pixels of some files; return what was found of them, and where those lie."""
    columns: dict[str, list[Any]] = {name: [] for name in _SCHEMA.names}
    small: list[Grey] = []
    offset = 0
    with replacing_alone(folder / _part(number)) as part, part.open("wb") as stream:
        for file in files:
            shape = (0, 0) if file.pixels is None else file.pixels.shape
            row = {**vars(file), **dict(zip(_PLACE, (number, offset, *shape), strict=True))}
            row[_SMALL] = len(small) if file.measured else -1
            row |= file.measured.numbers if file.measured else {}
            for name, values in columns.items():
                values.append(row.get(name))
            if file.pixels is not None:
                offset += stream.write(np.ascontiguousarray(file.pixels).data)
            if file.measured:
                small.append(file.measured.small)
    if small:
        with replacing_alone(folder / _small_part(number)) as part:
            np.stack(small).tofile(part)
    return pa.table(columns, schema=_SCHEMA)

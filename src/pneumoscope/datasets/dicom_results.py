"""Results as DICOM objects in a folder of their own, which their owner alone may enter."""

import csv
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset

from pneumoscope.datasets.atomic import replacing
from pneumoscope.datasets.stores.interface import Files
from pneumoscope.datasets.stores.local_file import LocalFile
from pneumoscope.errors import InputError
from pneumoscope.exchange.dicom_results.records import FilmResults, Kind
from pneumoscope.extras import needs_extra

INDEX = "films.csv"
"""Table in the folder: one row a film of the last run, with the UIDs of its results."""

_COLUMNS = ("path", "sha256", *Kind, "reason")


class DicomResultsDataset(AbstractDataset[Iterable[FilmResults], Files]):
    """Adds results to a folder, one file each, named by its UID; loads those of the last save.

    A result that lies there is left as it is: its UID says that it is the same one. So nothing is
    ever lost by a run that is cut off, and the same run again adds what is missing.

    Args:
        filepath: The folder.
    """

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Remember the place; nothing is read or written yet."""
        self._folder = Path(filepath)
        self.metadata = metadata

    def require(self) -> None:
        """Make sure that results can be made here.

        Raises:
            InputError: The extra is not installed.
        """
        with needs_extra("dicom_results"):
            if find_spec("highdicom") is None:
                raise ModuleNotFoundError("No module named 'highdicom'", name="highdicom")

    def save(self, data: Iterable[FilmResults]) -> None:
        """Write what is not there yet, film by film, and the table when all are written."""
        # Every file in it says whose film it was.
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for unfinished in self._folder.glob(".unfinished.*"):
            unfinished.unlink()
        with (
            replacing(self._folder / INDEX) as index,
            index.open("w", encoding="utf-8", newline="") as stream,
        ):
            table = csv.DictWriter(stream, _COLUMNS)
            table.writeheader()
            for film in data:
                table.writerow(self._written(film))

    def load(self) -> Files:
        """Give name to content of what the last save has named.

        Raises:
            InputError: Nothing was saved here.
        """
        try:
            with (self._folder / INDEX).open(encoding="utf-8", newline="") as stream:
                rows = list(csv.DictReader(stream))
        except FileNotFoundError as error:
            raise InputError(
                f"results as DICOM objects in '{self._folder}'", "none",
                "Make them: kedro run --pipelines=inference --params "
                "inference.dicom_results=folder,films=<folder>",
            ) from error  # fmt: skip
        names = dict.fromkeys(f"{row[kind]}.dcm" for row in rows for kind in Kind if row[kind])
        return Files({name: LocalFile(self._folder / name) for name in names})

    def _written(self, film: FilmResults) -> dict[str, str]:
        for found in film.objects.values():
            place = self._folder / f"{found.uid}.dcm"
            if not place.exists():
                with replacing(place) as unfinished:
                    unfinished.write_bytes(found.data)
        uids = {kind.value: found.uid for kind, found in film.objects.items()}
        return {"path": film.path, "sha256": film.sha256, "reason": film.reason, **uids}

    def _exists(self) -> bool:
        return (self._folder / INDEX).exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._folder)}

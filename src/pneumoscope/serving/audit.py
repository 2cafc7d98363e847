"""A line of JSON for each film that was sent: which bytes, which model, what it was called."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pneumoscope.errors import InputError
from pneumoscope.inference.predictor import FilmPrediction
from pneumoscope.serving.limits import Refused

OF_FILM = ("sha256", "prediction", "score", "grey_zone", "out_of_distribution", "threshold",
           "model", "fingerprint")  # fmt: skip
"""What a line holds of a film: nothing that names a file or a patient."""


@dataclass
class Audit:
    """A file that lines are appended to, each whole, by however many processes.

    Attributes:
        file: The file; made where there is none, readable by its owner and group.
        update: By which update at a site scores are read, for each line; empty where by none.
    """

    file: Path
    update: str = ""
    _descriptor: int = field(init=False)

    def __post_init__(self) -> None:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            self._descriptor = os.open(self.file, flags, 0o640)
        except OSError as error:
            raise InputError(
                f"to append to '{self.file}', where each film gets a line",
                error.strerror or str(error),
                "Name a file that can be written: --audit <file>.",
            ) from error

    def write(self, films: Sequence[FilmPrediction], request: str) -> None:
        """Append a line for each film of a request.

        Raises:
            Refused: They could not be written whole, so nothing is to be given out.
        """
        when = datetime.now(UTC).isoformat(timespec="milliseconds")
        by = {"update": self.update} if self.update else {}
        each = [json.dumps({**_line(film, when, request), **by}) for film in films]
        lines = "".join(f"{line}\n" for line in each).encode()
        try:
            whole = os.write(self._descriptor, lines) == len(lines)
        except OSError as error:
            raise _unwritten() from error
        if not whole:
            raise _unwritten()

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def _unwritten() -> Refused:
    return Refused(
        503,
        "a line in the audit for each film",
        "a file that cannot be written",
        "Tell who runs the service: nothing is given out without it.",
    )


def _line(film: FilmPrediction, when: str, request: str) -> dict[str, object]:
    of_film = {name: getattr(film, name) for name in OF_FILM}
    return {"time": when, "request": request, "read": film.reason == "", **of_film}

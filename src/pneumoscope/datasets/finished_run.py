"""Kedro dataset of what a finished run left, to predict films with."""

from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError

from pneumoscope.inference.finished_run import FinishedRun


class FinishedRunDataset(AbstractDataset[NoReturn, FinishedRun]):
    """The results of a run, of which that is read which a prediction takes.

    Args:
        folder: Of the results.
        metadata: Layer settings for kedro-viz.
    """

    def __init__(self, folder: str, metadata: dict[str, Any] | None = None) -> None:
        """Remember the folder; nothing is read yet."""
        self._folder = Path(folder)
        self.metadata = metadata

    def load(self) -> FinishedRun:
        """Return the run, unread."""
        return FinishedRun(self._folder)

    def save(self, data: NoReturn) -> NoReturn:  # noqa: ARG002
        """Refuse: the entries of the catalog write results, each its own."""
        raise DatasetError(f"the results in '{self._folder}' are not written as a whole")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"folder": str(self._folder)}

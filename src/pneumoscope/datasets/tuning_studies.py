"""A folder of the studies of one block: optuna's journal and the record of each."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from pneumoscope.datasets.record import RecordDataset
from pneumoscope.datasets.record_folder import RecordFolderDataset
from pneumoscope.tuning.records import Study

_RECORD = f"{Study.__module__}.{Study.__name__}"


class StudyFolder:
    """Studies in a folder, `<identity>.json` and `<identity>.journal` each.

    Args:
        folder: The folder; it is made with the first study.
    """

    def __init__(self, folder: Path) -> None:
        """Remember the folder; nothing is read yet."""
        self._folder = folder

    def journal(self, identity: str) -> Path:
        """Return the file that optuna keeps a study in; its folder is there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{identity}.journal"

    def read(self) -> dict[str, Study]:
        """Return all studies by their identities."""
        return RecordFolderDataset(str(self._folder), _RECORD).load()

    def write(self, identity: str, study: Study) -> None:
        """Keep a study in the place of what was kept of it before; a kill leaves one of the two."""
        RecordDataset(str(self._folder / f"{identity}.json"), _RECORD).save(study)


class StudyFolderDataset(AbstractDataset[None, StudyFolder]):
    """Gives the folder of studies, which the node that searches reads and writes by itself.

    To the graph it is an input: no node waits for it and none saves it. DVC must not track it.

    Args:
        filepath: The folder.
        metadata: Layer settings for kedro-viz.
    """

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Remember the folder; nothing is read yet."""
        self._folder = Path(filepath)
        self.metadata = metadata

    def load(self) -> StudyFolder:
        """Return the folder; nothing is read yet."""
        return StudyFolder(self._folder)

    def save(self, data: None) -> None:  # noqa: ARG002
        """Refuse: studies are written through the folder.

        Raises:
            DatasetError: Always.
        """
        raise DatasetError("a study is written by the search that loads it, not saved")

    def _exists(self) -> bool:
        # No studies are studies too.
        return True

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._folder)}

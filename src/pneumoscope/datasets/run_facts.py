"""The facts of the run that goes on, as an entry of the catalog that nothing writes."""

import time
from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError

from pneumoscope.run_facts import RunFacts, run_facts


class RunFactsDataset(AbstractDataset[NoReturn, RunFacts]):
    """Gives the facts of the run each time it is read; the seconds are those until then."""

    def __init__(self, metadata: dict[str, Any] | None = None) -> None:
        """Know nothing yet: a hook says when a run begins."""
        self.metadata = metadata
        self._project = Path.cwd()
        self._environment: str | None = None
        self._begun: float | None = None

    def begin(self, project: Path, environment: str | None) -> None:
        """Start the clock of a run.

        Args:
            project: Folder of the project.
            environment: As the run names it.
        """
        self._project, self._environment = project, environment
        self._begun = time.monotonic()

    def load(self) -> RunFacts:
        """Read the facts."""
        seconds = None if self._begun is None else time.monotonic() - self._begun
        return run_facts(self._project, self._environment, seconds)

    def save(self, data: NoReturn) -> NoReturn:  # noqa: ARG002
        """Refuse: facts are not written."""
        raise DatasetError("the facts of a run are read, never written")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"environment": self._environment}

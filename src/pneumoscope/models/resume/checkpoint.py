"""Checkpoints that are used by the training that wrote them and by no other."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from numpy.typing import NDArray

logger = logging.getLogger(__name__)

_FINGERPRINT = "fingerprint"


@dataclass(frozen=True)
class Record:
    """What a training goes on from.

    Attributes:
        facts: Numbers, texts, lists and dicts, as JSON knows them.
        arrays: Arrays by name.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


class CheckpointStore(Protocol):
    """A record of one training that outlives its process."""

    def read(self) -> Record | None:
        """Return the record, or None where there is none.

        Raises:
            ValueError: What lies there cannot be read.
        """

    def write(self, record: Record) -> None:
        """Put a record in the place of the last one, wholly or not at all."""

    def set_aside(self) -> str:
        """Move the record out of the way, keep it, and say where it is now."""


class Checkpoint:
    """A store bound to one training: it gives back only what that training has written.

    Args:
        store: Where the record is kept; None keeps none.
        fingerprint: Everything that shapes the result, from `fingerprint`.
        title: What log lines call the training.
    """

    def __init__(
        self, store: CheckpointStore | None, fingerprint: Mapping[str, str], title: str
    ) -> None:
        """Remember what records must fit; nothing is read yet."""
        self._store = store
        self._fingerprint = dict(fingerprint)
        self._title = title

    def read(self) -> Record | None:
        """Return the record if it fits, or None; one that does not is set aside and named."""
        if self._store is None:
            return None
        try:
            record = self._store.read()
            problem = self._misfit(record) if record else ""
        except ValueError as error:
            record, problem = None, f"cannot be read ({error})"
        if problem:
            place = self._store.set_aside()
            logger.warning(
                "%s: the checkpoint %s; it was set aside as %s and is not used",
                self._title,
                problem,
                place,
            )
            return None
        return record

    def write(self, record: Record) -> None:
        """Write a record together with the fingerprint."""
        if self._store is not None:
            facts = {**record.facts, _FINGERPRINT: self._fingerprint}
            self._store.write(Record(facts, record.arrays))

    def _misfit(self, record: Record) -> str:
        found = record.facts.get(_FINGERPRINT, {})
        names = sorted(self._fingerprint.keys() | found.keys())
        other = [name for name in names if self._fingerprint.get(name) != found.get(name)]
        return f"belongs to another training (different: {', '.join(other)})" if other else ""

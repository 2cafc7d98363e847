"""The state of a training between two epochs: kept, and resumed from."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from pneumoscope.models.resume.checkpoint import Checkpoint, Record
from pneumoscope.models.training.history import EpochReport
from pneumoscope.models.training.monitor import EpochMonitor, Progress
from pneumoscope.models.training.variables import Values, values
from pneumoscope.models.training.weight_averaging import AveragedWeights


@dataclass(frozen=True)
class TrainingState:
    """Everything that the next epoch depends on.

    Augmentation, degradations and the order of radiographs need no state: they are functions
    of the seed and the epoch.

    Attributes:
        phase: Index of the phase that goes on or begins; the number of phases at the end.
        progress: Rows, best weights and patience.
        variables: Of the model: weights, statistics of batch norm, generators of dropout.
        optimizer: Its variables: step, moments, averages of the weights; none where a phase
            begins.
        paused: The weights that training goes on with, where `variables` holds their average.
    """

    phase: int = 0
    progress: Progress = field(default_factory=Progress)
    variables: Values = ()
    optimizer: Values = ()
    paused: Values = ()


def read_state(checkpoint: Checkpoint) -> TrainingState:
    """Return the state after the last finished epoch, or that of the start."""
    record = checkpoint.read()
    if record is None:
        return TrainingState()
    facts = record.facts
    again = {name: record.arrays[other] for name, other in facts["again"].items()}
    arrays = {**record.arrays, **again}
    progress = Progress(
        reports=tuple(EpochReport(**row) for row in facts["reports"]),
        best_epoch=facts["best_epoch"],
        best_loss=facts["best_loss"],
        best_weights=_group(arrays, "best"),
        waited=facts["waited"],
    )
    groups = {name: _group(arrays, name) for name in ("variables", "optimizer", "paused")}
    return TrainingState(facts["phase"], progress, **groups)


def write_state(checkpoint: Checkpoint, state: TrainingState) -> None:
    """Put a state in the place of the last one; an array that it holds twice is written once."""
    progress = state.progress
    groups = {
        "variables": state.variables,
        "optimizer": state.optimizer,
        "paused": state.paused,
        "best": progress.best_weights,
    }
    arrays = {
        f"{name}.{index:05d}": array
        for name, group in groups.items()
        for index, array in enumerate(group)
    }
    first = {id(array): name for name, array in reversed(arrays.items())}
    again = {name: first[id(array)] for name, array in arrays.items() if first[id(array)] != name}
    facts = {
        "phase": state.phase,
        "reports": [asdict(row) for row in progress.reports],
        "best_epoch": progress.best_epoch,
        "best_loss": progress.best_loss,
        "waited": progress.waited,
        "again": again,
    }
    once = {name: array for name, array in arrays.items() if name not in again}
    checkpoint.write(Record(facts, once))


def _group(arrays: Mapping[str, NDArray[Any]], group: str) -> list[NDArray[np.generic]]:
    return [arrays[name] for name in sorted(arrays) if name.split(".")[0] == group]


class EpochKeeper(keras.callbacks.Callback):
    """Writes the state at the end of every epoch.

    Comes after averaging and monitor in the list of callbacks, since it keeps what they leave.

    Args:
        model: The whole model, of which a phase may train a part.
        phase: Index of the phase.
        monitor: Rows, best weights and patience.
        averaging: Holds the weights that are paused, or None.
        checkpoint: Where the state is kept.
    """

    def __init__(
        self,
        model: keras.Model,
        phase: int,
        monitor: EpochMonitor,
        averaging: AveragedWeights | None,
        checkpoint: Checkpoint,
    ) -> None:
        """Remember what is to be kept; nothing is written yet."""
        super().__init__()
        self._subject = model
        self._phase = phase
        self._monitor = monitor
        self._averaging = averaging
        self._checkpoint = checkpoint

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Write the state after this epoch."""
        variables = self._variables()
        progress = self._monitor.progress
        if self._monitor.phase_ended:
            state = TrainingState(self._phase + 1, progress, variables)
        else:
            optimizer = values(self.model.optimizer.variables)
            paused = self._averaging.paused if self._averaging else ()
            state = TrainingState(self._phase, progress, variables, optimizer, paused)
        write_state(self._checkpoint, state)

    def _variables(self) -> list[NDArray[Any]]:
        """Copy what the model holds; not again what the monitor has just copied as the best."""
        progress = self._monitor.progress
        copied: dict[int, NDArray[Any]] = {}
        if progress.best_is_last:
            kept = zip(self._subject.weights, progress.best_weights, strict=True)
            copied = {id(weight): value for weight, value in kept}
        rest = [one for one in self._subject.variables if id(one) not in copied]
        copied |= {id(one): value for one, value in zip(rest, values(rest), strict=True)}
        return [copied[id(one)] for one in self._subject.variables]

"""One architecture trained by one route, an epoch a turn; started by epochs.py.

The bare fit and the tutorial call `fit` for each epoch: what `tf.data` does between two epochs
takes the longer the older its iterator is, and one that waited while others had their turn would
be charged for the waiting.
"""

import argparse
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from input_profile import InputProfile, profile_input
from parameters import architecture_options, augmentation_options
from turns import Turns
from tutorial import batches, compiled

from pneumoscope.datasets.checkpoint import CheckpointFolder
from pneumoscope.datasets.sharded_images import ShardedImagesDataset
from pneumoscope.models.architectures.registry import build
from pneumoscope.models.resume.checkpoint import Record
from pneumoscope.models.training.batches import (
    LabelledRadiographs,
    RadiographBatches,
    TrainingData,
)
from pneumoscope.models.training.execution import jit_compile, prepare_backend
from pneumoscope.models.training.feeds import Feed, feed_for
from pneumoscope.models.training.fit import fit
from pneumoscope.models.training.metrics import measures
from pneumoscope.models.training.precision import choose_precision
from pneumoscope.options import AugmentationOptions, FittingOptions, Recipe

BATCH_SIZE, LEARNING_RATE, SEED = 32, 1e-4, 7
PARTS = ("films", "held_out")


def main() -> None:
    """Train by the route that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("route", choices=ROUTES)
    parser.add_argument("architecture")
    parser.add_argument("folder", type=Path)
    parser.add_argument("epochs", type=int)
    parser.add_argument("--precision", default="auto")
    given = parser.parse_args()
    ROUTES[given.route](given, Turns())


def ours(given: argparse.Namespace, turns: Turns) -> None:
    """Train as the pipeline does: stored shards, the project's fit, a checkpoint an epoch."""
    prepare_backend(SEED)
    names = ("train", "validation", "stressed")
    data = TrainingData(*(_stored(given.folder, name) for name in names))
    _, height, width, channels = data.train.images.shape
    shape = (height, width, channels)
    fitting = FittingOptions(
        epochs=given.epochs, patience=given.epochs, batch_size=BATCH_SIZE,
        learning_rate=LEARNING_RATE, precision=given.precision,
    )  # fmt: skip
    recipe = Recipe(
        model=architecture_options(given.architecture),
        augmentation=AugmentationOptions(),
        fitting=fitting,
    )
    chosen, _ = choose_precision(recipe, shape, {})
    model = build(recipe.model, shape, SEED, chosen.precision)
    store = _TimedFolder(given.folder / "checkpoint")
    done = 0

    def report(_: object) -> None:
        nonlocal done
        done += 1
        turns.over(last=done == given.epochs, unmeasured=store.lap())

    turns.ready(precision=chosen.precision, reason=chosen.reason)
    fit(model, recipe, data, SEED, report=report, store=store)
    batches = RadiographBatches(data.train, BATCH_SIZE, SEED)
    augmented = {"augmentation": augmentation_options(given.architecture)}
    feed = feed_for(model, recipe.model_copy(update=augmented), data, SEED)
    turns.finish(
        input=_exhaust(batches),
        checkpoint=float(np.median(store.laps)),
        augmented=asdict(_profile(feed)),
    )


def _profile(feed: Feed) -> InputProfile:
    feed.begin_epoch(1)
    feed.trainer.compile("adam", "binary_crossentropy", jit_compile=jit_compile())
    return profile_input(feed.trainer, feed.train, steps=len(feed.train))


def bare(given: argparse.Namespace, turns: Turns) -> None:
    """Give arrays in memory to Keras's own fit, with the same model and settings."""
    prepare_backend(SEED)
    parts = {name: _stored(given.folder, name) for name in ("train", "validation", "stressed")}
    images, labels = _in_memory(parts["train"])
    held_out = [_in_memory(parts[name]) for name in ("validation", "stressed")]
    model = build(architecture_options(given.architecture), images.shape[1:], SEED, given.precision)
    steps = given.epochs * -(-len(images) // BATCH_SIZE)
    optimizer = keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps), weight_decay=0.0
    )
    model.compile(optimizer, "binary_crossentropy", metrics=measures(), jit_compile=jit_compile())
    turns.ready()
    validation = tuple(np.concatenate(part) for part in zip(*held_out, strict=True))
    for turn in range(1, given.epochs + 1):
        model.fit(
            images, labels, batch_size=BATCH_SIZE, validation_data=validation, verbose=0
        )  # fmt: skip
        turns.over(last=turn == given.epochs)
    turns.finish()


def tutorial(given: argparse.Namespace, turns: Turns) -> None:
    """Train as tutorials do: files decoded every epoch, default compile, float32."""
    side = _stored(given.folder, "train").images.shape[1]
    train, held_out = (batches(given.folder / part / "train", side) for part in PARTS)
    model = compiled(given.architecture, side)
    turns.ready()
    for turn in range(1, given.epochs + 1):
        model.fit(train, validation_data=held_out, verbose=0)
        turns.over(last=turn == given.epochs)
    turns.finish(input=_exhaust(train))


ROUTES = {"ours": ours, "bare": bare, "tutorial": tutorial}


class _TimedFolder(CheckpointFolder):
    """Checkpoints whose writing is timed, for a bare fit writes none."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.laps: list[float] = []
        self._seconds = 0.0

    def write(self, record: Record) -> None:
        started = time.perf_counter()
        super().write(record)
        self._seconds += time.perf_counter() - started

    def lap(self) -> float:
        """Give the seconds since the last lap."""
        self.laps.append(self._seconds)
        self._seconds = 0.0
        return self.laps[-1]


def _stored(folder: Path, part: str) -> LabelledRadiographs:
    images = ShardedImagesDataset(str(folder / f"{part}_images")).load()
    return LabelledRadiographs(images, np.load(folder / f"{part}_labels.npy"))


def _in_memory(part: LabelledRadiographs) -> tuple[Any, Any]:
    images = part.images[np.arange(part.images.shape[0])]
    return images, part.labels.astype(np.float32)[:, np.newaxis]


def _exhaust(batches: Any) -> float:
    """Give the seconds that the input of an epoch takes without a model."""
    started = time.perf_counter()
    for index in range(len(batches)) if isinstance(batches, keras.utils.PyDataset) else batches:
        if isinstance(index, int):
            batches[index]
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

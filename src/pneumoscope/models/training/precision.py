"""Which precision trains a model faster on the machine at hand: measured once, then kept."""

from __future__ import annotations

import hashlib
import json
import logging
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import numpy as np

from pneumoscope.models.architectures import registry
from pneumoscope.models.architectures.backbones import train_top
from pneumoscope.models.architectures.weights import is_pretrained
from pneumoscope.models.records import PrecisionChoice
from pneumoscope.models.training.batch_norm import can_fuse, fused_batch_norm
from pneumoscope.models.training.execution import available_cores, jit_compile
from pneumoscope.models.training.folding import can_fold, folded_batch_norm
from pneumoscope.models.training.optimizer import build_optimizer
from pneumoscope.options import BackboneOptions, ModelOptions, Recipe

logger = logging.getLogger(__name__)

FLOAT32 = "float32"
MIXED = "mixed_bfloat16"

WARM_UP_STEPS = 2
"""The first step traces and compiles, the second still allocates."""

TIMED_STEPS = 5

LEAST_GAIN = 1.1
"""bfloat16 keeps 3 digits where float32 keeps 7: a gain within the noise is not worth that."""

Measurement = Mapping[str, Any]
Step = Callable[[], float]


def choose_precision(
    recipe: Recipe,
    input_shape: tuple[int, int, int],
    known: Mapping[str, Measurement],
) -> tuple[PrecisionChoice, dict[str, dict[str, Any]]]:
    """Choose the Keras dtype policy that a model is trained with, and say it in one line.

    Under `auto`, a measurement of the same model on the same machine decides. Where there is
    none, a few training steps are timed under each policy. A choice once made stays made, so
    that a second run gives the model of the first.

    Args:
        recipe: The architecture, `precision` and `batch_size`; pretrained weights are not
            loaded.
        input_shape: (height, width, 1) of the stored radiographs.
        known: Measurements of earlier runs, by key.

    Returns:
        The choice; and what was measured anew, by key.
    """
    name = recipe.model.root.architecture
    if recipe.fitting.precision != "auto":
        return PrecisionChoice(recipe.fitting.precision, "set by fitting.precision"), {}
    identity = _identity(recipe, input_shape)
    key = _key(identity)
    measured: dict[str, dict[str, Any]] = {}
    if key not in known:
        seconds = time_steps(recipe, input_shape)
        measured[key] = {**judge(seconds), "seconds_per_step": seconds, "of": identity}
    chosen = {**known, **measured}[key]
    when = "measured now" if measured else "measured before"
    logger.info("%s: %s, %s (%s)", name, chosen["precision"], chosen["reason"], when)
    return PrecisionChoice(chosen["precision"], chosen["reason"], dict(chosen)), measured


def judge(seconds: Mapping[str, float]) -> dict[str, str]:
    """Name the faster policy and by how much; float32 unless bfloat16 gains a tenth.

    Args:
        seconds: Duration of a training step under `float32` and `mixed_bfloat16`.

    Returns:
        `precision` and `reason`.
    """
    gain = seconds[FLOAT32] / seconds[MIXED]
    if gain >= LEAST_GAIN:
        return {"precision": MIXED, "reason": f"{gain:.1f} times faster than {FLOAT32}"}
    if gain <= 1 / LEAST_GAIN:
        return {"precision": FLOAT32, "reason": f"{1 / gain:.1f} times faster than {MIXED}"}
    return {"precision": FLOAT32, "reason": f"{MIXED} is not {LEAST_GAIN} times faster"}


def time_steps(recipe: Recipe, input_shape: tuple[int, int, int]) -> dict[str, float]:
    """Time a training step of the real model on random radiographs under each policy.

    The policies take turns, so that whatever else the machine does slows both.

    Returns:
        Median seconds of a step, by policy.
    """
    steps = {name: _step(recipe, input_shape, name) for name in (FLOAT32, MIXED)}
    for _ in range(WARM_UP_STEPS):
        for step in steps.values():
            step()
    rounds = [{name: step() for name, step in steps.items()} for _ in range(TIMED_STEPS)]
    return {name: statistics.median(each[name] for each in rounds) for name in steps}


def _step(recipe: Recipe, input_shape: tuple[int, int, int], precision: str) -> Step:
    options, fitting = recipe.model, recipe.fitting
    model = registry.build(_from_scratch(options), input_shape, seed=0, precision=precision)
    if isinstance(options.root, BackboneOptions):
        train_top(model, options.root.trainable_share, is_pretrained(options))
    model.compile(
        build_optimizer(model.trainable_variables, fitting.learning_rate, fitting),
        loss=keras.losses.BinaryCrossentropy(),
        jit_compile=jit_compile(),
    )
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (fitting.batch_size, *input_shape), dtype=np.uint8)
    labels = rng.integers(0, 2, (fitting.batch_size, 1)).astype(np.float32)

    def step() -> float:
        started = time.perf_counter()
        # Returns the loss as a number, so that the step has ended.
        with fused_batch_norm(), folded_batch_norm(model):
            model.train_on_batch(images, labels)
        return time.perf_counter() - started

    return step


def _from_scratch(options: ModelOptions) -> ModelOptions:
    """Ask for a random start, whose steps take as long as pretrained ones and need no file."""
    if not isinstance(options.root, BackboneOptions):
        return options
    random_start = {"weights": None, "trainable_share": 1.0}
    return ModelOptions(options.root.model_copy(update=random_start))


def _identity(recipe: Recipe, input_shape: tuple[int, int, int]) -> dict[str, Any]:
    """Gather all that the duration of a step depends on."""
    backend = keras.backend.backend()
    return {
        "model": recipe.model.root.model_dump(mode="json", exclude={"weights"}),
        "pretrained": is_pretrained(recipe.model),
        "input_shape": list(input_shape),
        "batch_size": recipe.fitting.batch_size,
        "processor": _processor(),
        "cores": available_cores(),
        "devices": [str(device) for device in keras.distribution.list_devices()],
        "batch_norm": {"fused": can_fuse(), "folded": can_fold()},
        "keras": keras.__version__,
        backend: import_module(backend).__version__,
    }


def _key(identity: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return f"{identity['model']['architecture']} {digest[:16]}"


def _processor() -> str:
    """Name the processor by its model; Python itself knows no more than "x86_64" on Linux."""
    described = Path("/proc/cpuinfo")
    if not described.is_file():
        return platform.processor() or platform.machine()
    # The first core's lines; virtual machines hide the name but not family and model.
    lines = described.read_text(encoding="utf-8").split("\n\n", 1)[0].splitlines()
    facts = {name.strip(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    known = [f"{key} {facts[key]}" for key in ("cpu family", "model", "stepping") if key in facts]
    return ", ".join([facts.get("model name", platform.machine()), *known])

"""Training steps of one architecture in one setting, a few a turn; started by steps.py."""

import argparse
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from parameters import architecture_options
from turns import Turns

from pneumoscope.models.architectures.backbones import train_top
from pneumoscope.models.architectures.registry import build
from pneumoscope.models.training.batch_norm import fused_batch_norm
from pneumoscope.models.training.execution import jit_compile, prepare_backend
from pneumoscope.models.training.folding import folded_batch_norm
from pneumoscope.models.training.optimizer import build_optimizer
from pneumoscope.options import FittingOptions

SEED, STEPS = 7, 3
MATRIX = 2048


def main() -> None:
    """Train in turns."""
    given = parse()
    turns = Turns(time.process_time)
    if given.threads:
        tf.config.threading.set_intra_op_parallelism_threads(given.threads)
        tf.config.threading.set_inter_op_parallelism_threads(given.threads)
        tf.config.experimental.enable_op_determinism()
        keras.utils.set_random_seed(SEED)
    else:
        prepare_backend(SEED)
    if given.no_rewriting:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    model, step = prepare(given)
    run = bare_loop(model, given) if given.bare_loop else step
    run()
    turns.ready(flops=operations(model, given), matrix=matrix_speed())
    for turn in range(1, given.turns + 1):
        for _ in range(STEPS):
            run()
        turns.over(last=turn == given.turns)
    turns.finish()


def parse() -> argparse.Namespace:
    """Read the setting."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("architecture")
    parser.add_argument("turns", type=int)
    parser.add_argument("--side", type=int, default=160)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--frozen", action="store_true", help="batch norm as with pretraining")
    parser.add_argument("--plain", action="store_true", help="batch norm as Keras computes it")
    parser.add_argument("--xla", action="store_true")
    parser.add_argument("--no-rewriting", action="store_true", help="of TensorFlow's graph")
    parser.add_argument("--bare-loop", action="store_true", help="a tape without Keras's fit")
    return parser.parse_args()


def prepare(given: argparse.Namespace) -> tuple[keras.Model, Callable[[], object]]:
    """Build and compile a model; return it and a function that takes one training step."""
    shape = (given.side, given.side, 1)
    model = build(architecture_options(given.architecture), shape, SEED, given.precision)
    if given.frozen:
        train_top(model, 1.0, pretrained=True)
    fitting = FittingOptions(epochs=1, weight_decay=1e-4, ema_momentum=0.99)
    model.compile(
        build_optimizer(model.trainable_variables, 1e-4, fitting),
        loss="binary_crossentropy",
        jit_compile=True if given.xla else jit_compile(),
    )
    images, labels = films(given)

    def step() -> object:
        with ExitStack() as entered:
            if not given.plain:
                entered.enter_context(fused_batch_norm())
                entered.enter_context(folded_batch_norm(model))
            return model.train_on_batch(images, labels)

    return model, step


def bare_loop(model: keras.Model, given: argparse.Namespace) -> Callable[[], object]:
    """Return a step of TensorFlow alone: forward, gradients and plain descent."""
    images, labels = (tf.constant(part) for part in films(given))
    variables = [variable.value for variable in model.trainable_variables]

    @tf.function
    def step() -> tf.Tensor:
        with tf.GradientTape() as tape:
            scores = tf.cast(model(images, training=True), "float32")
            loss = tf.reduce_mean(keras.losses.binary_crossentropy(labels, scores))
        for variable, slope in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(1e-4 * tf.cast(slope, variable.dtype))
        return loss

    def run() -> object:
        with fused_batch_norm(), folded_batch_norm(model):
            return step().numpy()

    return run


def films(given: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    """Draw one batch of noise."""
    random = np.random.default_rng(SEED)
    shape = (given.batch, given.side, given.side, 1)
    labels = random.integers(0, 2, (given.batch, 1)).astype(np.float32)
    return random.integers(0, 256, shape, dtype=np.uint8), labels


def operations(model: keras.Model, given: argparse.Namespace) -> int:
    """Count the multiplications and additions of a step's convolutions and matrix products.

    TensorFlow's profiler counts those of the forward pass; the gradients of inputs and kernels
    cost as much each.
    """
    shape = (given.batch, *model.input_shape[1:])
    forward = tf.function(lambda x: model(x, training=False))
    graph = forward.get_concrete_function(tf.TensorSpec(shape, "uint8")).graph
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_empty_output().build()
    counted: Any = tf.compat.v1.profiler.profile(graph, cmd="op", options=options)
    kinds = ("Conv2D", "DepthwiseConv2dNative", "MatMul")
    return 3 * sum(each.total_float_ops for each in counted.children if each.name in kinds)


def matrix_speed() -> float:
    """Give the operations a processor second of a bare matrix product."""
    square = tf.random.normal((MATRIX, MATRIX))
    product = tf.function(lambda: tf.reduce_sum(square @ square))
    product().numpy()
    started = time.process_time()
    for _ in range(3):
        product().numpy()
    return 3 * 2 * MATRIX**3 / (time.process_time() - started)


if __name__ == "__main__":
    main()

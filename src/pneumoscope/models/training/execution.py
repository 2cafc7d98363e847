"""How Keras executes on the machine at hand: seeds, determinism, threads and compilation."""

import logging
import os
from typing import Literal

import keras

from pneumoscope.models.backend import pin_settings

logger = logging.getLogger(__name__)


def prepare_backend(seed: int) -> None:
    """Pin what Keras computes with, seed every generator and use the cores at hand.

    Called before building and training, it lets two runs with the same seed and data give equal
    weights on one kind of processor. A process that has already computed something keeps its
    number of threads.

    Args:
        seed: Seed of Python, NumPy and the backend.
    """
    # TensorFlow warns of retracing, but each fit and each model brings a step of its own.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    if keras.backend.backend() == "tensorflow":
        _prepare_tensorflow()
    pin_settings()
    keras.utils.set_random_seed(seed)


def jit_compile() -> Literal["auto"] | bool:
    """Tell `compile` whether to use XLA: never with TensorFlow on a CPU, else as Keras sees fit.

    XLA on a CPU was measured to train a small CNN 2.3 times and MobileNetV2 13 times slower.
    """
    if keras.backend.backend() != "tensorflow":
        return "auto"
    import tensorflow as tf

    return "auto" if tf.config.list_physical_devices("GPU") else False


def available_cores() -> int:
    """Count the cores that this process may use, which can be fewer than the machine has.

    PNEUMOSCOPE_THREADS goes before what the machine says: where several trainings share it.
    """
    if given := os.environ.get("PNEUMOSCOPE_THREADS"):
        return int(given)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _prepare_tensorflow() -> None:
    import tensorflow as tf

    # It refuses operations whose result depends on the order of threads.
    tf.config.experimental.enable_op_determinism()
    cores = available_cores()
    if tf.config.threading.get_intra_op_parallelism_threads() == cores:
        return
    try:
        tf.config.threading.set_intra_op_parallelism_threads(cores)
        tf.config.threading.set_inter_op_parallelism_threads(cores)
    except RuntimeError:
        logger.debug("TensorFlow already runs; its number of threads stays as it is")

"""Trained models as LiteRT files (TensorFlow Lite): films in, score out, preprocessing inside."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pneumoscope.exchange.graph import FEATURES, FILMS, MAP, PREPARED, RADIOGRAPH, SCORE
from pneumoscope.exchange.litert_film import check_can_prepare, prepared
from pneumoscope.exchange.parity import Runtime
from pneumoscope.options import PreprocessingOptions

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from pneumoscope.models.portable import Portable

_SIGNATURE = "serving_default"

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest moment a zip archive can name: equal models give equal bytes."""


def litert_graphs(
    models: Mapping[str, keras.Model], preprocessing: PreprocessingOptions
) -> tuple[bytes, bytes]:
    """Convert a model, or an ensemble, into files of TensorFlow Lite.

    Args:
        models: Name to model, from float32 (n, height, width, 1) to P(pneumonia) (n, 1).
        preprocessing: What films go through.

    Returns:
        From `radiograph`, preprocessed, to `score`; and from `films`, uint8 (n, height, width) of
        any size, to score, features, `prepared` and, of one model with a pooled head, its map.

    Raises:
        InputError: The preprocessing, or the precision of a model, has no counterpart.
    """
    import tensorflow as tf

    from pneumoscope.models.portable import portable

    check_can_prepare(preprocessing)
    members = [portable(model) for model in models.values()]

    def of_radiograph(radiograph: tf.Tensor) -> dict[str, tf.Tensor]:
        return {SCORE: _joined(members, radiograph)[SCORE]}

    def of_films(films: tf.Tensor) -> dict[str, tf.Tensor]:
        images = prepared(films, preprocessing)
        return {**_joined(members, images), PREPARED: images}

    core = tf.TensorSpec([None, *preprocessing.size, 1], tf.float32, name=RADIOGRAPH)
    film = tf.TensorSpec([None, None, None], tf.uint8, name=FILMS)
    return _converted(of_radiograph, core), _converted(of_films, film)


def _joined(members: Sequence[Portable], images: tf.Tensor) -> dict[str, tf.Tensor]:
    """Average scores, and put features one after the other."""
    import tensorflow as tf

    each = [member.compute(images) for member in members]
    found = {
        SCORE: tf.add_n([one[0] for one in each]) / len(each),
        FEATURES: tf.concat([one[1] for one in each], axis=1),
    }
    (first, *others) = members
    return {**found, MAP: each[0][2]} if first.maps and not others else found


def _converted(compute: Callable[[tf.Tensor], dict[str, tf.Tensor]], given: tf.TensorSpec) -> bytes:
    import tensorflow as tf

    module = tf.Module()
    module.compute = tf.function(compute, [given], autograph=False)
    # What the function reads is saved with it only if something of the module holds it.
    module.weights = list(module.compute.get_concrete_function().variables)
    with TemporaryDirectory() as folder:
        # By this detour alone inputs and outputs keep their names.
        tf.saved_model.save(module, folder, signatures={_SIGNATURE: module.compute})
        return bytes(tf.lite.TFLiteConverter.from_saved_model(folder).convert())


class LiteRtSession:
    """A LiteRT file as `onnxruntime.InferenceSession` is used, one film or batch at a time."""

    def __init__(self, model: bytes) -> None:
        """Load a serialised model."""
        import warnings

        import tensorflow as tf

        with warnings.catch_warnings():
            # It says that another package has the same interpreter.
            warnings.simplefilter("ignore")
            self._interpreter = tf.lite.Interpreter(model_content=model)
        self._runner = self._interpreter.get_signature_runner()

    def run(self, names: Sequence[str], given: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Return the outputs of these names."""
        found = self._runner(**given)
        return [np.asarray(found[name]) for name in names]


LITERT = Runtime("tensorflow", LiteRtSession, "LiteRT of TensorFlow")


def with_files(model: bytes, files: Mapping[str, str]) -> bytes:
    """Append texts to a model as LiteRT's metadata has associated files: as a zip archive.

    Args:
        model: The serialised model.
        files: Name to content.

    Source: https://ai.google.dev/edge/litert/conversion/tensorflow/metadata
    """
    joined = BytesIO(model)
    with zipfile.ZipFile(joined, "a") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text.encode())
    return joined.getvalue()

"""Accuracy and AUROC in training, defined for blended targets (mixup) as well."""

from typing import Any

import keras
from keras import ops


def measures() -> list[keras.metrics.Metric]:
    """Make the metrics `accuracy` (at 0.5) and `auroc` (200 thresholds), without sample weights.

    A blend of two radiographs counts as what has the larger share in it: PNEUMONIA from a
    target of 0.5 on. Keras would call every score of a blend wrong, and every blend that holds
    a trace of PNEUMONIA positive. For targets 0 and 1 nothing differs.
    """
    return [_Accuracy(name="accuracy"), _Auroc(name="auroc")]


class _Accuracy(keras.metrics.BinaryAccuracy):
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return super().update_state(_larger_share(y_true), y_pred, sample_weight)


class _Auroc(keras.metrics.AUC):
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return super().update_state(_larger_share(y_true), y_pred, sample_weight)


def _larger_share(targets: Any) -> Any:
    return ops.cast(ops.convert_to_tensor(targets) >= 0.5, "float32")

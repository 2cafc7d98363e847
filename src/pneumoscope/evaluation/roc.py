"""The receiver operating characteristic of scores."""

import pandas as pd

from pneumoscope.arrays import FloatArray
from pneumoscope.evaluation.score_arrays import labels_of, scores_of

RocCurve = tuple[FloatArray, FloatArray, float | None]
"""False-positive rates, true-positive rates and the area below, None where undefined."""


def roc_points(scores: pd.DataFrame) -> RocCurve:
    """Return false-positive rates, sensitivities and the AUROC.

    Args:
        scores: Columns label and score, of one split with both classes.
    """
    # Loading scikit-learn takes half a second, which listing the pipelines need not wait for.
    from sklearn.metrics import roc_auc_score, roc_curve

    labels, score = labels_of(scores), scores_of(scores)
    false_positive, true_positive, _ = roc_curve(labels, score)
    return false_positive, true_positive, float(roc_auc_score(labels, score))

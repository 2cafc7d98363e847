"""The receiver operating characteristic of scores."""

import pandas as pd

from pneumoscope.naming import Column, Label
from pneumoscope.plots.roc import RocCurve


def roc_points(scores: pd.DataFrame) -> RocCurve:
    """Return false-positive rates, sensitivities and the AUROC.

    Args:
        scores: Columns label and score, of one split with both classes.
    """
    # Loading scikit-learn takes half a second, which listing the pipelines need not wait for.
    from sklearn.metrics import roc_auc_score, roc_curve

    positive = scores[Column.LABEL] == Label.PNEUMONIA
    false_positive, true_positive, _ = roc_curve(positive, scores[Column.SCORE])
    return false_positive, true_positive, float(roc_auc_score(positive, scores[Column.SCORE]))

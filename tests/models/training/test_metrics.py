"""Training accuracy and AUROC mean something for blended targets, too."""

import numpy as np
import pytest

from pneumoscope.models.training.metrics import measures


def measured(targets: list[float], scores: list[float]) -> list[float]:
    found = measures()
    for metric in found:
        metric.update_state(np.float32(targets)[:, None], np.float32(scores)[:, None])
    return [float(metric.result()) for metric in found]


def test_a_blend_counts_as_what_has_the_larger_share_in_it() -> None:
    # Right: 0.9 and 0.2; wrong: 0.5, which counts as PNEUMONIA, and 0.49.
    accuracy, auroc = measured([0.9, 0.2, 0.5, 0.49], [0.8, 0.1, 0.4, 0.6])
    assert accuracy == 0.5
    # Pairs: 0.8 above 0.1 and 0.6, 0.4 above 0.1 and below 0.6.
    assert auroc == pytest.approx(0.75, abs=1e-3)


def test_for_whole_targets_they_are_the_usual_ones() -> None:
    accuracy, auroc = measured([1, 0, 1, 0], [0.9, 0.2, 0.4, 0.3])
    assert accuracy == 0.75
    assert auroc == pytest.approx(1.0, abs=1e-3)

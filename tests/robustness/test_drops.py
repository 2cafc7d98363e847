import pandas as pd
import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness import drops

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})


def rows(scores: list[float], labels: list[str] | None = None) -> pd.DataFrame:
    half = len(scores) // 2
    return pd.DataFrame(
        {
            "radiograph_id": range(len(scores)),
            "patient_id": [f"p{n}" for n in range(len(scores))],
            "label": labels or ["NORMAL"] * half + ["PNEUMONIA"] * half,
            "score": scores,
        }
    )


GOOD = rows([0.1] * 10 + [0.9] * 10)
HALF_MISSED = rows([0.1] * 10 + [0.9] * 5 + [0.2] * 5)


def test_a_drop_is_the_difference_with_an_interval_over_patients():
    found = drops.compare(GOOD, HALF_MISSED, 0.5, OPTIONS)
    drop = found.drops[Metric.SENSITIVITY]
    assert drop.value == pytest.approx(0.5)
    assert 0 < drop.low < 0.5 < drop.high < 1
    assert found.metrics[Metric.ACCURACY].value == pytest.approx(0.75)


def test_what_did_not_change_among_few_films_may_still_drop():
    # None of ten NORMAL changed; of as many others some may.
    drop = drops.compare(GOOD, HALF_MISSED, 0.5, OPTIONS).drops[Metric.SPECIFICITY]
    assert drop.value == 0
    assert drop.high == pytest.approx(1 - 0.025 ** (1 / 10))


def test_equal_scores_do_not_drop():
    noisy = rows([0.1, 0.6] * 5 + [0.4, 0.9] * 5)
    found = drops.compare(noisy, noisy.copy(), 0.5, OPTIONS)
    assert set(found.drops.values()) == {Estimate(0.0, 0.0, 0.0)}
    assert list(found.metrics) == list(drops.KNOWN)


def test_what_is_undefined_keeps_its_reason():
    sick = rows([0.1, 0.9], ["PNEUMONIA"] * 2)
    found = drops.compare(sick, sick, 0.5, OPTIONS)
    assert found.metrics[Metric.AUROC] == Estimate(None, reason="no radiograph is NORMAL")
    assert found.drops[Metric.AUROC] == Estimate(None, reason="no radiograph is NORMAL")


def test_other_films_are_refused():
    with pytest.raises(ValueError, match="expected the same 20 radiographs in the same order"):
        drops.compare(GOOD, HALF_MISSED.iloc[::-1], 0.5, OPTIONS)

import pandas as pd
import pytest

from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness.drops import Baseline

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}, "bootstrap": 0})


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


def test_a_fall_is_the_difference_with_an_interval_over_patients():
    found = Baseline(GOOD, 0.5, OPTIONS).compare(HALF_MISSED)
    fall = found["sensitivity"]["fall"]
    assert fall["value"] == pytest.approx(0.5)
    assert 0 < fall["low"] < 0.5 < fall["high"] < 1
    # All ten NORMAL are decided alike: as few as 1 - 0.025 ** (1 / 10) may be decided otherwise.
    assert found["specificity"]["fall"] == {
        "value": 0.0, "low": pytest.approx(-0.3085, abs=1e-4),
        "high": pytest.approx(0.3085, abs=1e-4), "reason": None,
    }  # fmt: skip
    assert found["accuracy"]["value"] == pytest.approx(0.75)


def test_equal_scores_do_not_fall():
    noisy = rows([0.1, 0.6] * 5 + [0.4, 0.9] * 5)
    baseline = Baseline(noisy, 0.5, OPTIONS)
    falls = [metric["fall"] for metric in baseline.compare(noisy.copy()).values()]
    assert falls == [{"value": 0.0, "low": 0.0, "high": 0.0, "reason": None}] * 4
    assert baseline.measured["auroc"]["low"] < baseline.measured["auroc"]["value"]


def test_what_is_undefined_keeps_its_reason():
    sick = rows([0.1, 0.9], ["PNEUMONIA"] * 2)
    found = Baseline(sick, 0.5, OPTIONS).compare(sick)
    assert found["auroc"]["value"] is None
    assert found["auroc"]["fall"]["reason"] == "no radiograph is NORMAL"


def test_other_films_are_refused():
    with pytest.raises(ValueError, match="expected the same 20 radiographs in the same order"):
        Baseline(GOOD, 0.5, OPTIONS).compare(HALF_MISSED.iloc[::-1])

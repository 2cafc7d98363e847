import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.conformal import ConformalSets, fit_conformal, measure_conformal
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate(
    {"threshold": {"rule": "youden"}, "grey_zone": {"coverage": 0.8}}
)


def drawn(split: str, seed: int, count: int = 2000) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    positive = rng.random(count) < 0.5
    return pd.DataFrame(
        {
            "patient_id": np.arange(count),
            "label": np.where(positive, "PNEUMONIA", "NORMAL"),
            "split": split,
            "score": np.clip(rng.normal(0.4 + 0.2 * positive, 0.15), 0, 1),
        }
    )


def test_the_bounds_are_the_ranks_computed_by_hand():
    # Four of each: rank ceil(5 * 0.6) = 3, the third highest PNEUMONIA and third lowest NORMAL.
    label, score = [0] * 4 + [1] * 4, [0.1, 0.2, 0.6, 0.7, 0.3, 0.4, 0.8, 0.9]
    assert fit_conformal(label, score, 0.6) == ConformalSets(0.4, 0.6)


def test_too_few_radiographs_bound_nothing_and_say_so():
    found = fit_conformal([0, 0, 0, 0, 1], [0.1, 0.2, 0.6, 0.7, 0.9], 0.6)
    assert (found.lowest_pneumonia, found.highest_normal) == (0.0, 0.6)
    assert found.reason == "validation has only 1 PNEUMONIA"


def test_the_promise_is_kept_on_radiographs_of_the_same_kind():
    found = measure_conformal(pd.concat([drawn("validation", 1), drawn("test", 2)]), OPTIONS)
    test = found.splits["test"]
    assert test.coverage["PNEUMONIA"].value == pytest.approx(0.8, abs=0.04)
    assert test.coverage["NORMAL"].value == pytest.approx(0.8, abs=0.04)
    assert test.one + test.both + test.neither == pytest.approx(1)


def test_coverage_is_the_share_of_sets_that_hold_the_class():
    validation, test = drawn("validation", 1), drawn("test", 2)
    found = measure_conformal(pd.concat([validation, test]), OPTIONS)
    normal = test["label"] == "NORMAL"
    held = (test["score"] <= found.highest_normal)[normal].mean()
    assert found.splits["test"].coverage["NORMAL"].value == pytest.approx(held)
    held = (test["score"] >= found.lowest_pneumonia)[~normal].mean()
    assert found.splits["test"].coverage["PNEUMONIA"].value == pytest.approx(held)


def test_an_impossible_coverage_is_refused():
    with pytest.raises(ValueError, match=r"expected a coverage in \(0, 1\), received 1"):
        fit_conformal([0, 1], [0.1, 0.9], 1)

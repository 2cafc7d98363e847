import numpy as np
import pandas as pd
import pytest

from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness.curves import measure_curves

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
EACH = 200
GOOD = [0.1] * EACH + [0.9] * EACH


def missed(count: int) -> list[float]:
    """Scores by which so many of each hundred PNEUMONIA fall below 0.5, ranked as before."""
    return [0.1] * EACH + ([0.2] * count + [0.9] * (100 - count)) * (EACH // 100)


def scored(*variants: tuple[str, float, list[float]], every: int = 1) -> pd.DataFrame:
    """All films as they are, and some of them degraded."""
    known = pd.DataFrame(
        {
            "radiograph_id": range(2 * EACH),
            "patient_id": [f"p{n}" for n in range(2 * EACH)],
            "label": np.repeat(["NORMAL", "PNEUMONIA"], EACH),
        }
    )
    parts = [known.assign(variant="as it is", strength=np.nan, score=GOOD)]
    parts += [
        known.assign(variant=name, strength=strength, score=scores).iloc[::every]
        for name, strength, scores in variants
    ]
    return pd.concat(parts, ignore_index=True)


def verdict(*scores: list[float], every: int = 1, tolerance: float = 0.05) -> str:
    rows = scored(*(("blur", n + 1.0, one) for n, one in enumerate(scores)), every=every)
    return measure_curves(rows, 0.5, tolerance, OPTIONS).curves["blur"].verdict


def test_degraded_films_are_compared_with_the_same_films():
    found = measure_curves(scored(("blur", 1.0, GOOD), every=2), 0.5, 0.05, OPTIONS)
    assert (found.counted.films, found.counted.patients) == (EACH, EACH)
    (point,) = found.curves["blur"].points
    assert point.strength == 1.0
    assert point.altered.drops[Metric.AUROC].value == 0.0
    assert found.curves["blur"].verdict == (
        "No metric drops by more than 0.05 at any strength tried."
    )


def test_the_mildest_strength_from_which_a_metric_drops_is_named():
    assert verdict(GOOD, missed(40), missed(60)) == "sensitivity drops from 1.00 to 0.60 at 2."
    high = [0.8] * EACH + [0.9] * EACH
    assert verdict(high, high) == "specificity drops from 1.00 to 0.00 at 1."


def test_a_drop_that_harsher_strengths_do_not_have_is_left_open():
    assert verdict(missed(40), GOOD) == "whether sensitivity may drop by 0.05 cannot be told."


@pytest.mark.parametrize(
    ("tolerance", "told"),
    [(0.1, "sensitivity drops"), (0.41, "whether sensitivity may"), (0.9, "No metric drops")],
)
def test_a_drop_counts_beyond_the_tolerance(tolerance, told):
    assert told in verdict(missed(40), tolerance=tolerance)


def test_few_films_leave_it_open():
    # Every 20th film: ten of each class, one of which is missed.
    told = verdict([0.1] * EACH + [0.2] * 20 + [0.9] * 180, every=20)
    assert told == "whether AUROC, sensitivity, specificity may drop by 0.05 cannot be told."

import numpy as np
import pandas as pd
import pytest

from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness.curves import measure_curves

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}, "bootstrap": 100})
GOOD = [0.1] * 10 + [0.9] * 10


def scored(*variants: tuple[str, float, list[float]]) -> pd.DataFrame:
    """All 20 films as they are, and every second one degraded."""
    known = pd.DataFrame(
        {
            "radiograph_id": range(20),
            "patient_id": [f"p{n}" for n in range(20)],
            "label": np.repeat(["NORMAL", "PNEUMONIA"], 10),
        }
    )
    parts = [known.assign(variant="as it is", strength=np.nan, score=GOOD)]
    parts += [
        known.assign(variant=name, strength=strength, score=scores).iloc[::2]
        for name, strength, scores in variants
    ]
    return pd.concat(parts, ignore_index=True)


def test_degraded_films_are_compared_with_the_same_films():
    found = measure_curves(scored(("blur", 1.0, GOOD)), 0.5, 0.05, OPTIONS)
    assert (found["films"], found["patients"]) == (10, 10)
    (point,) = found["curves"]["blur"]["points"]
    assert point["strength"] == 1.0
    assert point["auroc"]["fall"]["value"] == 0.0
    assert found["curves"]["blur"]["verdict"] == (
        "Nothing surely falls by more than 0.05 at any strength tried."
    )


def test_the_first_strength_at_which_a_metric_falls_is_named():
    # Every degraded NORMAL crosses the threshold, in the order that they had.
    high = [0.8] * 10 + [0.9] * 10
    measured = scored(("blur", 1.0, GOOD), ("blur", 2.0, high), ("blur", 3.0, high))
    found = measure_curves(measured, 0.5, 0.05, OPTIONS)["curves"]["blur"]
    assert [point["strength"] for point in found["points"]] == [1.0, 2.0, 3.0]
    assert found["verdict"] == "specificity falls from 1.00 to 0.00 at 2."


@pytest.mark.parametrize(("tolerance", "told"), [(0.1, "sensitivity falls"), (0.9, "Nothing")])
def test_a_fall_within_the_tolerance_is_not_told(tolerance, told):
    missed = [0.1] * 10 + [0.2] * 8 + [0.9] * 2
    found = measure_curves(scored(("noise", 4.0, missed)), 0.5, tolerance, OPTIONS)
    assert found["curves"]["noise"]["points"][0]["sensitivity"]["value"] == pytest.approx(0.2)
    assert told in found["curves"]["noise"]["verdict"]


def test_a_fall_that_may_be_chance_is_not_told():
    missed = [0.1] * 10 + [0.2, 0.2] + [0.9] * 8
    found = measure_curves(scored(("noise", 4.0, missed)), 0.5, 0.05, OPTIONS)
    assert found["curves"]["noise"]["points"][0]["sensitivity"]["fall"]["low"] <= 0.0
    assert "Nothing surely falls" in found["curves"]["noise"]["verdict"]

import numpy as np
import pandas as pd
import pytest

from pneumoscope.options import RobustnessOptions
from pneumoscope.radiographs.degradations import recompress
from pneumoscope.robustness.variants import (
    CONDITIONS,
    VariedRadiographs,
    plan_variants,
    variant_rows,
)

OPTIONS = RobustnessOptions.model_validate(
    {
        "border": 0.25,
        "equalised_quality": 20,
        "equalised_detail": 2.0,
        "strengths": {"quality": [30], "noise": [5, 50], "rotation": [20], "aspect": [1.5]},
        "films": 2,
        "tolerance": 0.05,
    }
)
ROWS = pd.DataFrame(
    {
        "radiograph_id": list("pqrs"),
        "patient_id": list("abcd"),
        "label": ["NORMAL", "NORMAL", "PNEUMONIA", "PNEUMONIA"],
    }
)


@pytest.fixture(scope="module")
def films() -> np.ndarray:
    return np.random.default_rng(1).integers(1, 256, (4, 16, 16, 1)).astype(np.uint8)


@pytest.fixture(scope="module")
def planned():
    variants = plan_variants(ROWS, OPTIONS)
    return variants, variant_rows(ROWS, variants)


def made(films, variants, seed=7):
    varied = VariedRadiographs(films, variants, seed)
    return varied, varied[np.arange(varied.shape[0])]


def test_every_film_is_planned_under_every_condition_and_some_are_degraded(planned):
    rows = planned[1]
    counts = rows.groupby(["variant", "strength"], dropna=False, sort=False).size()
    assert counts.reset_index().to_numpy().tolist()[6:] == [
        ["aspect", 1.5, 2], ["rotation", 20.0, 2], ["noise", 5.0, 2], ["noise", 50.0, 2],
        ["quality", 30.0, 2],
    ]  # fmt: skip
    assert rows["variant"].iloc[:24].tolist() == [name for name in CONDITIONS for _ in range(4)]
    assert rows["radiograph_id"].iloc[-2:].tolist() == ["p", "r"]


def test_each_planned_film_is_what_its_row_says(films, planned):
    variants, rows = planned
    varied, altered = made(films, variants)
    assert varied.shape == (len(rows), 16, 16, 1)
    of = {name: altered[(rows["variant"] == name).to_numpy()] for name in CONDITIONS}
    np.testing.assert_array_equal(of["as it is"], films)
    np.testing.assert_array_equal(of["centre blacked out"] + of["centre alone"], films)
    rim = of["centre blacked out"]
    np.testing.assert_array_equal(of["border alone"][rim > 0], rim[rim > 0])
    squeezed = recompress(films[2, ..., 0], 20)
    np.testing.assert_array_equal(of["one JPEG quality"][2, ..., 0], squeezed)
    assert (of["one detail and JPEG quality"][2, ..., 0] != squeezed).any()
    degraded = altered[(rows["variant"] == "quality").to_numpy()]
    np.testing.assert_array_equal(degraded[1, ..., 0], recompress(films[2, ..., 0], 30))


def test_a_film_is_made_alike_however_it_is_read_and_the_stored_one_stays(films, planned):
    before = films.copy()
    varied, altered = made(films, planned[0])
    picked = np.array([0, 5, 27, 29, 31])
    np.testing.assert_array_equal(varied[picked], altered[picked])
    np.testing.assert_array_equal(films, before)
    other = made(films, planned[0], seed=8)[1]
    assert (other[26:30] != altered[26:30]).any()
    np.testing.assert_array_equal(other[:26], altered[:26])

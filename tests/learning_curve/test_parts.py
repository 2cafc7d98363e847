"""Parts of train: cut by patient, nested, of both classes, with as many steps as the whole."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pneumoscope.learning_curve.parts import part_of, recipe_for
from pneumoscope.models.training.batches import ChosenRadiographs
from pneumoscope.options import Recipe

ROWS = pd.DataFrame(
    {
        "patient_id": [f"p{i // 2}" for i in range(80)],
        # Of 40 patients 10 are ill, one of them on one of two films.
        "label": ["PNEUMONIA" if i < 19 else "NORMAL" for i in range(80)],
    }
)
RECIPE = Recipe.model_validate(
    {
        "model": {"architecture": "mlp", "units": [4]},
        "augmentation": {},
        "fitting": {"epochs": 3, "frozen_epochs": 0, "patience": 2},
    }
)


def patients(share: float, seed: int = 0) -> set[str]:
    return set(ROWS["patient_id"].iloc[part_of(ROWS, share, seed)])


def test_parts_hold_whole_patients_and_each_kind_by_its_share():
    for share, ill, healthy in ((0.1, 1, 3), (0.25, 3, 8), (1.0, 10, 30)):
        chosen = part_of(ROWS, share, 0)
        assert (np.diff(chosen) > 0).all()
        found = ROWS.iloc[chosen]
        assert (found.groupby("patient_id").size() == 2).all()
        kinds = (found["label"] == "PNEUMONIA").groupby(found["patient_id"]).any()
        assert (kinds.sum(), (~kinds).sum()) == (ill, healthy)


def test_parts_of_one_seed_are_nested_and_seeds_differ():
    shares = [0.1, 0.25, 0.5, 1.0]
    assert all(patients(a) < patients(b) for a, b in pairwise(shares))
    assert patients(0.25) != patients(0.25, seed=1)
    shuffled = ROWS.sample(frac=1, random_state=3).reset_index(drop=True)
    again = set(shuffled["patient_id"].iloc[part_of(shuffled, 0.25, 0)])
    assert again == patients(0.25)


def test_images_of_a_part_are_those_of_its_rows():
    images = np.arange(80, dtype=np.uint8).reshape(80, 1, 1, 1)
    chosen = part_of(ROWS, 0.25, 0)
    part = ChosenRadiographs(images, chosen)
    assert part.shape == (len(chosen), 1, 1, 1)
    places = np.array([0, len(chosen) - 1])
    assert part[places].ravel().tolist() == [chosen[0], chosen[-1]]


@pytest.mark.parametrize(
    ("share", "epochs", "patience"), [(1.0, 3, 2), (0.125, 24, 16), (0.3, 10, 7)]
)
def test_a_part_gets_as_many_steps_as_the_whole(share, epochs, patience):
    found = recipe_for(RECIPE, share, 7).fitting
    assert (found.epochs, found.patience, found.frozen_epochs, found.seed) == (
        epochs,
        patience,
        0,
        7,
    )
    assert RECIPE.fitting.epochs == 3

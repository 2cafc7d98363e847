"""The search for a recipe on arrays at hand: which part of validation decides."""

import logging

import numpy as np
import pandas as pd
import pytest

from pneumoscope.datasets.tuning_studies import StudyFolder
from pneumoscope.errors import InputError
from pneumoscope.models.records import PrecisionChoice
from pneumoscope.options import EvaluationOptions, Recipe, TuningOptions
from pneumoscope.pipelines.tuning.nodes import recipe_searcher

pytest.importorskip("optuna", reason="the extra `tune` is not installed")

RECIPE = {
    "model": {"architecture": "mlp", "units": [4]}, "augmentation": {}, "fitting": {"epochs": 1},
}  # fmt: skip
EVALUATION = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
SPACE = {"fitting": {"learning_rate": {"low": 0.0001, "high": 0.01, "log": True}}}


def rows(name, count):
    return pd.DataFrame(
        {
            "radiograph_id": [f"{name} {number}" for number in range(count)],
            "patient_id": [f"{name} {number}" for number in range(count)],
            "label": ["NORMAL", "PNEUMONIA"] * (count // 2),
            "sha256": "a", "source": "folder", "sample_weight": 1.0,
        }
    )  # fmt: skip


def images(count):
    draw = np.random.default_rng(count)
    return draw.integers(0, 256, (count, 16, 16, 1), dtype=np.uint8)


def searched(folder, hard=(), recipe=RECIPE, **tuning):
    validation = rows("validation", 12)
    sites = validation[["radiograph_id"]].assign(hard=[n in hard for n in range(12)])
    return recipe_searcher("mlp")(
        images(16), rows("train", 16), images(12), validation, images(12), validation, sites, True,
        True, PrecisionChoice("float32", "set"), StudyFolder(folder), Recipe.model_validate(recipe),
        TuningOptions.model_validate({"trials": 2, "space": SPACE, **tuning}),
        EVALUATION, 7,
    )  # fmt: skip


def part(folder):
    (study,) = StudyFolder(folder).read().values()
    return study.part


def test_hard_validation_decides_where_there_are_hard_films(tmp_path):
    table = searched(tmp_path, hard=(0, 1, 4, 5, 8, 9))
    assert part(tmp_path) == "hard"
    assert list(table["ending"]) == ["complete", "complete"]
    # Three films of each class make nine pairs.
    assert ((table["auroc"] * 9).round(6) % 0.5 == 0).all()


def test_stressed_validation_decides_where_there_are_none_and_that_is_said(tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        searched(tmp_path)
    assert part(tmp_path) == "stressed"
    assert "mlp: too few hard films in validation; stressed validation decides" in caplog.text


def test_a_part_that_is_named_decides(tmp_path):
    searched(tmp_path, hard=(0, 1), part="validation")
    assert part(tmp_path) == "validation"


def test_hard_validation_that_is_asked_for_and_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"by which `tuning\.part` chooses"):
        searched(tmp_path, part="hard")
    by_hard = {**RECIPE, "fitting": {"epochs": 1, "select_by": "hard"}}
    with pytest.raises(InputError, match=r"by which `mlp\.fitting\.select_by` chooses"):
        searched(tmp_path, recipe=by_hard)
    assert StudyFolder(tmp_path).read() == {}

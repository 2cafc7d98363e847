import pandas as pd
import pytest

from pneumoscope.evaluation.replicates import first_of_recipe, replicates
from pneumoscope.naming import Metric
from pneumoscope.options import Recipe


def recipe(seed=None, epochs=3, **model) -> Recipe:
    return Recipe.model_validate(
        {
            "model": {"architecture": "mlp", **model},
            "augmentation": {},
            "fitting": {"epochs": epochs, "seed": seed},
        }
    )


def test_blocks_that_differ_in_their_seed_alone_are_replicates_of_the_first():
    found = first_of_recipe(
        {"mlp": recipe(), "cnn": recipe(epochs=4), "mlp_2": recipe(8), "mlp_3": recipe(9),
         "cnn_2": recipe(8, epochs=4), "wide": recipe(8, units=[512])}
    )  # fmt: skip
    assert found == {
        "mlp": "mlp", "cnn": "cnn", "mlp_2": "mlp", "mlp_3": "mlp", "cnn_2": "cnn",
        "wide": "wide",
    }  # fmt: skip


COMPARISON = pd.DataFrame(
    {
        "architecture": ["mlp", "cnn", "mlp_2", "mlp_3", "mlp"],
        "split": ["test"] * 4 + ["validation"],
        "replicate_of": ["mlp", "cnn", "mlp", "mlp", "mlp"],
        "auroc": [0.90, 0.99, 0.92, 0.94, 0.5],
        "accuracy": [0.8, 0.9, None, 0.8, 0.5],
    }
)


def test_the_spread_over_seeds_is_computed_by_hand():
    (found,) = replicates(COMPARISON, [Metric.AUROC, Metric.ACCURACY])
    assert found.models == ["mlp", "mlp_2", "mlp_3"]
    spread = found.spreads[Metric.AUROC]
    assert (spread.low, spread.high) == (0.90, 0.94)
    assert spread.deviation == pytest.approx(0.02)
    assert Metric.ACCURACY not in found.spreads


def test_single_seeds_have_no_spread():
    assert replicates(COMPARISON, [Metric.AUROC], "validation") == []

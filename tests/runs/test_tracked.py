"""What is sent of a model: curves by epoch, metrics with both ends, and what they are not."""

import pandas as pd
from example_metrics import estimate, model_metrics

from pneumoscope import NOTICE
from pneumoscope.runs.tracked import (
    Value,
    curves,
    kept_epoch,
    measurements,
    model_note,
    model_parameters,
)

HISTORY = pd.DataFrame(
    {
        "epoch": [1, 2], "phase": ["frozen", "training"], "loss": [0.7, 0.5],
        "hard_auroc": [None, 0.6], "kept": [False, True],
    }
)  # fmt: skip


def test_every_number_of_a_history_becomes_a_curve_and_what_was_not_measured_is_left_out():
    assert curves(HISTORY) == [
        Value("epoch/loss", 0.7, 1), Value("epoch/loss", 0.5, 2), Value("epoch/hard_auroc", 0.6, 2),
    ]  # fmt: skip
    assert kept_epoch(HISTORY) == 2


def test_metrics_come_with_the_ends_of_their_intervals_where_there_are_any():
    metrics = {
        "auroc": estimate(0.9, 0.8, 0.95),
        "accuracy": estimate(0.7),
        "brier": estimate(None),
    }
    found = {
        one.name: one for one in measurements(model_metrics(splits={"test": {"metrics": metrics}}))
    }
    assert [found[f"test/auroc{end}"].value for end in ("", "_low", "_high")] == [0.9, 0.8, 0.95]
    assert found["test/accuracy"].value == 0.7
    assert found["threshold"].value == 0.5
    absent = {"test/accuracy_low", "test/accuracy_high", "test/brier", "hard_validation/auroc"}
    assert not absent & set(found)
    assert {one.step for one in found.values()} == {0}


def test_what_hard_validation_lets_expect_is_sent_too():
    known = {
        "radiographs": 40, "patients": 30, "expected": {"auroc": estimate(0.6, 0.4, 0.8)},
        "drops": {}, "reason": None,
    }  # fmt: skip
    found = {one.name: one.value for one in measurements(model_metrics(elsewhere=known))}
    assert found["hard_validation/auroc_low"] == 0.4


def test_a_model_that_saw_phantoms_or_a_flattering_protocol_says_so_and_another_does_not():
    assert model_note("cnn", model_metrics()) == NOTICE
    test = {"test": {"sources": {"folder": 0, "phantoms": 12}}}
    note = model_note("cnn", model_metrics(flaws=["Patients leak."], splits=test))
    assert note.startswith("**Synthetic radiographs: phantoms drawn by a program, not patients.**")
    assert note.endswith(f"Patients leak.\n\n{NOTICE}")


def test_a_model_is_sent_with_its_own_block_its_protocol_or_its_members():
    parameters = {
        "seed": 7, "cnn": {"fitting": {"epochs": 3}}, "mlp": {"fitting": {"epochs": 9}},
        "honest": {"split": {"policy": "pooled"}}, "ensembles": {"mean": ["cnn", "mlp"]},
    }  # fmt: skip
    assert model_parameters("honest.cnn", parameters) == {
        "cnn.fitting.epochs": 3, "honest.split.policy": "pooled", "seed": 7,
    }  # fmt: skip
    assert model_parameters("mean", parameters) == {"ensembles.mean": ["cnn", "mlp"], "seed": 7}
    assert model_parameters("cnn", {**parameters, "ensembles": None}) == {
        "cnn.fitting.epochs": 3, "seed": 7,
    }  # fmt: skip

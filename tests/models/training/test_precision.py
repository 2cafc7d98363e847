"""The faster precision is measured once, kept, and said."""

import logging

import numpy as np
import pytest

from pneumoscope.models.architectures import registry
from pneumoscope.models.records import PrecisionChoice
from pneumoscope.models.training import precision
from pneumoscope.models.training.precision import choose_precision, judge
from pneumoscope.options import FittingOptions, ModelOptions, Recipe

SHAPE = (16, 16, 1)
AUTO = FittingOptions(epochs=1, batch_size=4, precision="auto")


def recipe(fitting: FittingOptions = AUTO, **changes: object) -> Recipe:
    model = {"architecture": "mlp", "units": [4], **changes}
    return Recipe.model_validate({"model": model, "augmentation": {}, "fitting": fitting})


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> list[Recipe]:
    """Replace the timing by one in which bfloat16 takes half the time; tell what was timed."""
    calls: list[Recipe] = []

    def time_steps(recipe: Recipe, *_: object) -> dict[str, float]:
        calls.append(recipe)
        return {"float32": 0.2, "mixed_bfloat16": 0.1}

    monkeypatch.setattr(precision, "time_steps", time_steps)
    return calls


@pytest.mark.parametrize(
    ("float32", "mixed", "chosen", "reason"),
    [
        (1.9, 1.0, "mixed_bfloat16", "1.9 times faster than float32"),
        (1.0, 2.5, "float32", "2.5 times faster than mixed_bfloat16"),
        (1.05, 1.0, "float32", "mixed_bfloat16 is not 1.1 times faster"),
    ],
)
def test_the_faster_precision_is_chosen_and_float32_where_little_is_gained(
    float32: float, mixed: float, chosen: str, reason: str
) -> None:
    seconds = {"float32": float32, "mixed_bfloat16": mixed}
    assert judge(seconds) == {"precision": chosen, "reason": reason}


def test_what_is_measured_is_kept_and_not_measured_again(
    timed: list[Recipe], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="pneumoscope.models.training.precision"):
        first, measured = choose_precision(recipe(), SHAPE, {})
        again, nothing = choose_precision(recipe(), SHAPE, measured)
    assert len(timed) == 1
    assert first == again
    assert nothing == {}
    assert first.precision == "mixed_bfloat16"
    assert first.measurement["seconds_per_step"] == {"float32": 0.2, "mixed_bfloat16": 0.1}
    assert caplog.messages == [
        "mlp: mixed_bfloat16, 2.0 times faster than float32 (measured now)",
        "mlp: mixed_bfloat16, 2.0 times faster than float32 (measured before)",
    ]


@pytest.mark.parametrize(
    ("chosen", "shape"),
    [
        (recipe(units=[8]), SHAPE),
        (recipe(side=16), SHAPE),
        (recipe(AUTO.model_copy(update={"batch_size": 8})), SHAPE),
        (recipe(), (32, 32, 1)),
    ],
)
def test_another_model_batch_or_shape_is_measured_anew(
    timed: list[Recipe], chosen: Recipe, shape: tuple[int, int, int]
) -> None:
    _, known = choose_precision(recipe(), SHAPE, {})
    _, added = choose_precision(chosen, shape, known)
    assert len(timed) == 2
    assert not set(added) & set(known)


def test_blocks_that_differ_in_seed_and_rate_share_a_measurement(
    timed: list[Recipe],
) -> None:
    _, known = choose_precision(recipe(), SHAPE, {})
    other = AUTO.model_copy(update={"seed": 3, "learning_rate": 0.1})
    assert choose_precision(recipe(other), SHAPE, known)[1] == {}
    assert len(timed) == 1


def test_a_precision_that_was_set_is_obeyed_without_measuring(timed: list[Recipe]) -> None:
    fixed = FittingOptions(epochs=1, precision="mixed_bfloat16")
    assert choose_precision(recipe(fixed), SHAPE, {}) == (
        PrecisionChoice("mixed_bfloat16", "set by fitting.precision"),
        {},
    )
    assert timed == []


def test_the_measurement_trains_the_real_model_and_leaves_no_trace() -> None:
    import keras

    chosen = recipe(dropout=0.5)
    before = registry.build(chosen.model, SHAPE, seed=1).get_weights()
    seconds = precision.time_steps(chosen, SHAPE)
    assert set(seconds) == {"float32", "mixed_bfloat16"}
    assert all(0 < value < 60 for value in seconds.values())
    assert keras.config.dtype_policy().name == "float32"
    again = registry.build(chosen.model, SHAPE, seed=1).get_weights()
    for one, two in zip(before, again, strict=True):
        np.testing.assert_array_equal(one, two)


def test_pretrained_weights_are_not_needed_to_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    backbone = {"architecture": "mobilenetv2", "weights": "lost.h5", "trainable_share": 0.0}
    frozen = Recipe.model_validate({"model": backbone, "augmentation": {}, "fitting": AUTO})
    built: list[ModelOptions] = []

    def build(options: ModelOptions, *_: object, **__: object) -> object:
        built.append(options)
        raise InterruptedError

    monkeypatch.setattr(registry, "build", build)
    with pytest.raises(InterruptedError):
        precision.time_steps(frozen, (32, 32, 1))
    assert built[0].root.weights is None

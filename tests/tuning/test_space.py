"""The space of a search: what it takes, what a recipe makes of it, and what is refused."""

import pytest
from pydantic import ValidationError

from pneumoscope.errors import InputError
from pneumoscope.options import Recipe, TuningOptions
from pneumoscope.options.tuning import RangeOptions
from pneumoscope.tuning.space import check_names, check_values, values_of, with_values

RECIPE = Recipe.model_validate(
    {
        "model": {"architecture": "cnn", "dropout": 0.4},
        "augmentation": {"rotation": 5.0},
        "fitting": {"epochs": 3, "learning_rate": 0.001, "batch_size": 32},
    }
)


def space(**blocks):
    return TuningOptions.model_validate({"space": blocks}).ranges


def test_a_recipe_with_other_values_keeps_all_else():
    other = with_values(RECIPE, {"model.dropout": 0.1, "fitting.batch_size": 16})
    assert other.model.root.dropout == 0.1
    assert other.fitting.batch_size == 16
    assert other.augmentation == RECIPE.augmentation
    assert with_values(other, values_of(RECIPE, {"model.dropout": 0, "fitting.batch_size": 0})) == (
        RECIPE
    )


def test_null_drops_an_option_and_whole_bounds_give_whole_numbers():
    found = space(model={"dropout": None}, fitting={"batch_size": {"low": 8, "high": 64}})
    assert list(found) == ["fitting.batch_size"]
    assert found["fitting.batch_size"].whole
    assert not RangeOptions(low=0, high=1.0).whole


@pytest.mark.parametrize(
    ("given", "value", "held"),
    [
        ({"low": 0.1, "high": 0.2}, 0.2, True),
        ({"low": 0.1, "high": 0.2}, 0.3, False),
        ({"low": 0, "high": 2}, True, False),
        ({"choices": [16, 32]}, 32, True),
        ({"choices": [16, 32]}, 64, False),
    ],
)
def test_a_range_knows_what_it_holds(given, value, held):
    assert RangeOptions.model_validate(given).holds(value) is held


@pytest.mark.parametrize(
    "given",
    [
        {}, {"low": 1}, {"low": 2, "high": 1}, {"low": 0, "high": 1, "log": True},
        {"choices": [1, 2], "log": True}, {"choices": [1, 2], "low": 0}, {"choices": [1]},
        {"choices": [1, 1]}, {"low": float("nan"), "high": 1},
    ],
)  # fmt: skip
def test_bounds_that_hold_nothing_are_refused(given):
    with pytest.raises(ValidationError):
        RangeOptions.model_validate(given)


def test_a_space_that_is_empty_is_refused():
    with pytest.raises(ValidationError, match="an option to search"):
        TuningOptions.model_validate({"space": {"model": {"dropout": None}}})


def test_a_space_that_the_recipe_takes_passes():
    given = space(augmentation={"rotation": {"low": 0.0, "high": 15.0}})
    check_names("cnn", RECIPE, given)
    check_values("cnn", RECIPE, given)


def test_an_option_that_the_recipe_lacks_is_named_with_the_nearest():
    given = space(model={"dropuot": {"low": 0.0, "high": 0.5}})
    check_values("cnn", RECIPE, given)
    with pytest.raises(InputError, match=r"`dropuot`. Did you mean 'dropout'\?") as refused:
        check_names("cnn", RECIPE, given)
    assert "cnn.model" in refused.value.expected


def test_a_bound_or_a_choice_that_the_recipe_refuses_is_named():
    with pytest.raises(InputError, match=r"`cnn.model.dropout` takes .* received 1.5 \("):
        check_values("cnn", RECIPE, space(model={"dropout": {"low": 0.0, "high": 1.5}}))
    with pytest.raises(InputError, match=r"received polite \("):
        check_values("cnn", RECIPE, space(fitting={"select_by": {"choices": ["hard", "polite"]}}))

"""A recipe with other values of some of its options."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pneumoscope.errors import InputError, did_you_mean
from pneumoscope.options import Recipe
from pneumoscope.options.tuning import RangeOptions


def with_values(recipe: Recipe, values: Mapping[str, Any]) -> Recipe:
    """Return a recipe with other values, by dotted names.

    Raises:
        ValidationError: The recipe takes one of them not.
    """
    plain = recipe.model_dump()
    for name, value in values.items():
        block, _, option = name.partition(".")
        plain[block][option] = value
    return Recipe.model_validate(plain)


def values_of(recipe: Recipe, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return a recipe's own values of some options, by dotted names; unknown ones are left out."""
    plain = recipe.model_dump(mode="json")
    found = {}
    for name in names:
        block, _, option = name.partition(".")
        if option in plain[block]:
            found[name] = plain[block][option]
    return found


def check_names(model: str, recipe: Recipe, ranges: Mapping[str, RangeOptions]) -> None:
    """Refuse a space with an option that a recipe lacks.

    Raises:
        InputError: An option is unknown to the recipe.
    """
    own = values_of(recipe, ranges)
    for name in ranges:
        if name not in own:
            block, _, option = name.partition(".")
            known = did_you_mean(option, recipe.model_dump()[block])
            raise InputError(
                f"options of `{model}.{block}` in `tuning.space.{block}`",
                f"`{option}`",
                f"{known} To drop it: {option}: null",
            )


def check_values(model: str, recipe: Recipe, ranges: Mapping[str, RangeOptions]) -> None:
    """Refuse a space with a value that a recipe could not take; an option that it lacks passes.

    Raises:
        InputError: A bound or a choice is refused by the recipe.
    """
    for name in values_of(recipe, ranges):
        for value in ranges[name].extremes:
            try:
                with_values(recipe, {name: value})
            except (ValidationError, InputError) as error:
                raise InputError(
                    f"values that `{model}.{name}` takes in `tuning.space`",
                    f"{value} ({_said(error)})",
                    "Narrow the space.",
                ) from error


def _said(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return str(error.errors(include_url=False)[0]["msg"])
    return str(error)

"""What all parameters share: immutable, of the very type, finite, and no key unknown to them."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, Strict, create_model, model_validator

from pneumoscope.errors import InputError, did_you_mean

Item = TypeVar("Item")

# YAML has no tuples and no enums: a list and a string stand for them.
AsYaml = Strict(False)
Several = Annotated[tuple[Item, ...], AsYaml]
Pair = Annotated[tuple[Item, Item], AsYaml]

Share = Annotated[float, Field(ge=0.0, le=1.0)]
OpenShare = Annotated[float, Field(gt=0.0, lt=1.0)]
# A million of anything that is counted one by one is a slip of the finger.
Count = Annotated[int, Field(ge=1, le=1_000_000)]
# All of a batch lies in memory at once: 4,096 films of 224 px are 0.8 GB of float32.
Batch = Annotated[int, Field(ge=1, le=4096)]
# What random generators of every backend take, those with signed 32 bits too.
Seed = Annotated[int, Field(ge=0, lt=2**31)]
# Below 16 px nothing of a chest is left; above 4,096 no detector has more to give.
Side = Annotated[int, Field(ge=16, le=4096)]
Text = Annotated[str, Field(min_length=1)]


def all_different(what: str, values: Iterable[Hashable]) -> None:
    """Refuse two equal values.

    Raises:
        InputError: One of them stands there twice.
    """
    seen: set[Hashable] = set()
    for value in values:
        if value in seen:
            raise InputError(f"different {what}", f"'{value}' twice", "Leave one of them out.")
        seen.add(value)


class Options(BaseModel):
    """Immutable parameters that refuse keys they do not know, and values of another type.

    YAML gives real types, so nothing is converted: `epochs: true` is no number of epochs, `'3'`
    is none either. An infinite number and NaN are refused everywhere.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _no_key_is_unknown(cls, given: Any) -> Any:
        # Before pydantic looks, so that the nearest known key can be named.
        known = cls.model_fields
        for name in given if isinstance(given, Mapping) else ():
            if name not in known:
                nearest = did_you_mean(str(name), known)
                raise InputError("a parameter that exists", f"`{name}`", nearest)
        return given


def options_with(fields: Mapping[str, tuple[Any, Any]]) -> Any:
    """Return a class of options with these fields, each a type and a default."""
    return create_model(Options.__name__, __base__=Options, **cast(Any, fields))

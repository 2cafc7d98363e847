"""An environment's parameters, read as a whole, and what is wrong with them in three parts."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pydantic import ValidationError

from pneumoscope.errors import InputError, did_you_mean
from pneumoscope.options.project import ProjectOptions


class Configuration(Protocol):
    """What is to be known of where parameters come from."""

    def origin(self, path: Sequence[str | int]) -> str:
        """Return where a parameter got its value, for the remedy."""

    def asks(self, name: str) -> bool:
        """Whether an entry of the catalog reads a name from --params."""


def read_parameters(parameters: Mapping[str, Any], source: Configuration) -> ProjectOptions:
    """Check every parameter of an environment, used by a pipeline or not.

    Args:
        parameters: As configured, with --params merged in.
        source: Where they come from.

    Raises:
        InputError: One is unknown, of another type, out of its range, or contradicts another.
    """
    arranged: Mapping[str, Any] = {}
    try:
        arranged = ProjectOptions.arrange(parameters, source.asks)
        return ProjectOptions.model_validate(arranged)
    except InputError as error:
        raise _located(error, [error.received.strip("`")], source, 1) from None
    except ValidationError as error:
        faults = error.errors(include_url=False)
        path = _path(faults[0], arranged)
        raise _located(_fault(faults[0], path), path, source, len(faults)) from None


def _located(
    fault: InputError, path: Sequence[str | int], source: Configuration, n: int
) -> InputError:
    place = f" It stands in {source.origin(path)}." if path else ""
    more = f" (The first of {n} faults.)" if n > 1 else ""
    return InputError(fault.expected, fault.received, f"{fault.remedy}{place}{more}")


def _fault(fault: Mapping[str, Any], path: Sequence[str | int]) -> InputError:
    name = ".".join(map(str, path))
    inner = fault.get("ctx", {}).get("error")
    if isinstance(inner, InputError):
        where = f", in `{name}`" if name else ""
        return InputError(f"{inner.expected}{where}", inner.received, inner.remedy)
    given = "nothing" if fault["type"] == "missing" else _as_yaml(fault["input"])
    return InputError(_expected(fault, name), given, _remedy(fault, name))


def _expected(fault: Mapping[str, Any], name: str) -> str:
    if fault["type"] == "missing":
        return f"a value for `{name}`"
    if fault["type"] in ("model_type", "dict_type"):
        return f"`{name}` to be a block of parameters"
    message = re.sub(r"^Input should be ", "to be ", fault["msg"])
    return f"`{name}` {message[0].lower()}{message[1:]}"


def _remedy(fault: Mapping[str, Any], name: str) -> str:
    allowed = re.findall(r"'([^']+)'", str(fault.get("ctx", {}).get("expected")))
    if allowed and isinstance(fault["input"], str):
        return did_you_mean(fault["input"], allowed)
    if fault["type"] == "missing":
        return "Give it."
    return f"Correct it; docs/parameters.md names the page that explains `{name.split('.')[0]}`."


def _path(fault: Mapping[str, Any], arranged: Any) -> list[str | int]:
    """Return the path as a user writes it: without pydantic's own marks and our two drawers."""
    path: list[str | int] = []
    found, place = arranged, fault["loc"]
    for position, key in enumerate(place, start=1):
        if isinstance(found, Mapping) and key in found:
            found = found[key]
        elif isinstance(found, list) and isinstance(key, int):
            found = found[key] if key < len(found) else None
        elif not (fault["type"] == "missing" and position == len(place)):
            continue
        path.append(key)
    return path[1:] if path[:1] in (["recipes"], ["arms"]) else path


def _as_yaml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)

"""`--params` taken apart: commas in paths, lists and quotes belong to the value."""

import re
from typing import Any

import yaml
from omegaconf import OmegaConf
from omegaconf._utils import get_yaml_loader

from pneumoscope.errors import InputError

PATHS = ("radiographs", "films", "predictions", "labels", "dicom_archive", "web_runtime")
"""Keys whose value is a path, whatever it looks like: `films=2024` names a folder."""

EXTERNAL = "external."
"""Begins keys whose value is a path, too: the rest is the name of a site."""

_KEY = re.compile(r"\s*([A-Za-z_][\w.\[\]-]*)\s*=\s*")
_NEXT_KEY = re.compile(rf",(?={_KEY.pattern})")
_QUOTED = re.compile(r"""(?:"[^"]*"|'[^']*')\s*(?=,|$)""")
_CLOSING = {"[": "]", "{": "}"}


def split_params(_context: Any, _option: Any, text: Any) -> dict[str, Any]:
    """Read `key=value,key=value` as nested parameters; a callback of click.

    A comma begins another parameter only where a key and `=` follow; those in brackets or quotes
    never do. Values are YAML, but for the paths. A dictionary, as --config gives it, is returned
    as it is.

    Raises:
        InputError: The text does not begin with a key, or names one twice.
    """
    if isinstance(text, dict):
        return text
    parameters = OmegaConf.create()
    seen: set[str] = set()
    for key, value in _assignments(text):
        if key in seen:
            raise InputError("different keys in --params", f"`{key}` twice", "Leave one out.")
        seen.add(key)
        OmegaConf.update(parameters, key, _value(key, value))
    return OmegaConf.to_container(parameters)  # type: ignore[return-value]


def _assignments(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while text[position:].strip():
        key = _KEY.match(text, position)
        if key is None:
            raise InputError(
                "key=value, separated by commas, in --params",
                f"'{text[position:]}'",
                "Write for example: --params seed=3,cnn.fitting.epochs=5",
            )
        end = _end_of_value(text, key.end())
        found.append((key[1], text[key.end() : end].strip()))
        position = end + 1
    return found


def _end_of_value(text: str, begin: int) -> int:
    quoted = _QUOTED.match(text, begin)
    if quoted:
        return quoted.end()
    bracketed = _end_of_brackets(text, begin)
    if bracketed and re.match(r"\s*(,|$)", text[bracketed:]):
        return bracketed
    following = _NEXT_KEY.search(text, begin)
    return following.start() if following else len(text)


def _end_of_brackets(text: str, begin: int) -> int | None:
    open_ones: list[str] = []
    for position, character in enumerate(text[begin:], start=begin):
        if character in _CLOSING:
            open_ones.append(_CLOSING[character])
        elif open_ones and character == open_ones[-1]:
            open_ones.pop()
        if not open_ones:
            return position + 1 if position > begin else None
    return None


def _value(key: str, text: str) -> Any:
    quoted = bool(_QUOTED.fullmatch(text))
    if key in PATHS or key.startswith(EXTERNAL):
        # OmegaConf would take ${ for the name of another parameter, unless a backslash is before
        # it, and backslashes before that one as pairs.
        path = text[1:-1] if quoted else text
        return re.sub(r"(\\*)\$\{", lambda found: found[1] * 2 + "\\${", path)
    try:
        value = yaml.load(text, Loader=get_yaml_loader())
    except yaml.YAMLError as error:
        raise InputError(
            f"a YAML value for `{key}` in --params", f"'{text}'", "Put it into quotes."
        ) from error
    # Else YAML would cut a path at " #".
    return text if isinstance(value, str) and not quoted else value

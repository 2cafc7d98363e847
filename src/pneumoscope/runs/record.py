"""What a run was run with, put on record beside its results."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue, TypeAdapter, ValidationError

from pneumoscope.command_line import EXTERNAL, PATHS
from pneumoscope.datasets.atomic import replacing
from pneumoscope.run_facts import RunFacts, without_path

FILE = "08_reporting/run.json"
"""The record, in a folder of results."""

PLACE = "<path>"
"""Stands for a place on some machine."""


@dataclass(frozen=True)
class RunRecord:
    """What a run was run with.

    Attributes:
        facts: Date, command, environment, code, machine and versions.
        parameters: All of them by their dotted names; a place is "<path>".
    """

    facts: RunFacts
    parameters: Mapping[str, JsonValue]


def flattened(parameters: Mapping[str, Any]) -> dict[str, JsonValue]:
    """Return parameters by their dotted names, sorted, without places of this machine.

    Kedro merges files in another order in each process, and equal runs leave equal records.

    Args:
        parameters: Blocks in blocks; a list is one value.
    """
    found = {name: _shown(name, value) for name, value in _leaves(parameters)}
    return dict(sorted(found.items()))


def write_record(results: Path, record: RunRecord) -> None:
    """Write the record into a folder of results."""
    text = json.dumps(asdict(record), indent=2, ensure_ascii=False, default=str)
    with replacing(results / FILE) as file:
        file.write_text(f"{text}\n", encoding="utf-8")


def read_record(results: Path) -> RunRecord | None:
    """Read the record of a folder; None where there is none that can be read."""
    try:
        return TypeAdapter(RunRecord).validate_json((results / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def _leaves(block: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in block.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{name}.")
        else:
            yield name, value


def _shown(name: str, value: Any) -> JsonValue:
    if value is not None and (name in PATHS or name.startswith(EXTERNAL)):
        return PLACE
    if isinstance(value, str):
        return without_path(value)
    if isinstance(value, list | tuple):
        return [_shown("", one) for one in value]
    plain: JsonValue = value if isinstance(value, bool | int | float) or value is None else {}
    return plain

"""Reference pages made of the code: commands, parameters and the catalog."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

WIDTH = 88


def pages(project: Path) -> dict[str, str]:
    """Give the text of each page by its name."""
    return {
        "commands.md": commands(project),
        "parameters.md": parameters(project),
        "catalog.md": catalog(project),
    }


def commands(project: Path) -> str:
    """Give the help of every command, as each prints it, and the targets of the Makefile."""
    import click

    from pneumoscope import cli
    from pneumoscope.inference.command import _parser as predict
    from pneumoscope.serving.command import _parser as serve

    os.environ["COLUMNS"] = str(WIDTH)
    lines = ["# Commands", "", "As each prints it with `--help`.", ""]
    for name, command in {"run": cli.run, **cli.cli.commands}.items():
        if name == "serve":
            continue
        context = click.Context(command, info_name=f"kedro {name}", max_content_width=WIDTH)
        lines += _help(f"kedro {name}", command.get_help(context))
    program = "kedro serve [--env ENV] [--params PARAMS]"
    lines += _help("kedro serve", serve(program, {"results": "data"}).format_help())
    lines += _help("pneumoscope predict", predict().format_help())
    lines += _help("make", _targets(project))
    return "\n".join(lines)


def _help(title: str, text: str) -> list[str]:
    return [f"## {title}", "", "```text", text.rstrip(), "```", ""]


def _targets(project: Path) -> str:
    command = ["make", "--no-print-directory", "-C", str(project), "help"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def parameters(project: Path) -> str:
    """Give every parameter with its type, bounds, default, meaning and value in conf/base."""
    from pneumoscope.options.project import ProjectOptions

    schema = ProjectOptions.model_json_schema()
    schema["$defs"] |= _architectures()
    stated = _stated(project)
    lines = [
        "# Every parameter", "",
        "Made of the classes that check them, in `src/pneumoscope/options/`. What a block does is "
        "explained on the page that [parameters](../docs/parameters.md) names; where a value comes "
        "from and what is refused stands there too. *Base* is the value in `conf/base`.", "",
    ]  # fmt: skip
    lines += _block("The project", schema, stated)
    for name, block in sorted(schema["$defs"].items()):
        if "properties" in block:
            lines += _block(name, block, _of_class(name, schema, stated))
        elif "enum" in block:
            values = ", ".join(f"`{value}`" for value in block["enum"])
            lines += [f"## {name}", "", f"{_first(block.get('description', ''))} One of: {values}.",
                      ""]  # fmt: skip
    return "\n".join(lines)


def _architectures() -> dict[str, Any]:
    """Give the classes that `model` is read by; the registry names them, not the schema."""
    from pneumoscope.models.architectures.registry import ARCHITECTURES

    classes = {entry.options.__name__: entry.options for entry in ARCHITECTURES.values()}
    found = {name: one.model_json_schema() for name, one in classes.items()}
    for name, block in found.items():
        known = sorted(key for key, entry in ARCHITECTURES.items()
                       if entry.options.__name__ == name)  # fmt: skip
        about, attributes, rest = block.get("description", "").partition("Attributes:")
        block["description"] = f"{about.rstrip()} For {', '.join(known)}.\n\n{attributes}{rest}"
    links = ", ".join(f"[{name}](#{name.lower()})" for name in sorted(found))
    about = {"description": f"Options of one architecture, by its `architecture`: {links}."}
    return {**found, "ModelOptions": {**about, "properties": {}}}


def _stated(project: Path) -> dict[str, Any]:
    files = sorted((project / "conf/base").rglob("parameters.yml"))
    found = (yaml.safe_load(file.read_text(encoding="utf-8")) or {} for file in files)
    return {name: value for block in found for name, value in block.items()}


def _of_class(name: str, schema: Mapping[str, Any], stated: Mapping[str, Any]) -> Any:
    """Give the block of conf/base that a class checks, if just one does."""
    places = list(_places(name, schema, schema, ()))
    if len(places) != 1:
        return {}
    found: Any = stated
    for key in places[0]:
        found = found.get(key, {}) if isinstance(found, Mapping) else {}
    return found


def _places(
    name: str, block: Mapping[str, Any], schema: Mapping[str, Any], above: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    for key, field in block.get("properties", {}).items():
        for reference in {field.get("$ref"), *(one.get("$ref") for one in field.get("anyOf", ()))}:
            if reference is None:
                continue
            found = reference.rpartition("/")[2]
            if found == name:
                yield (*above, key)
            else:
                yield from _places(name, schema["$defs"][found], schema, (*above, key))


def _block(title: str, block: Mapping[str, Any], stated: Any) -> list[str]:
    about, meanings = _docstring(block.get("description", ""))
    if not block["properties"]:
        return [f"## {title}", "", about, ""]
    lines = [f"## {title}", "", about, "", "| parameter | takes | default | base | meaning |",
             "| --- | --- | --- | --- | --- |"]  # fmt: skip
    for name, field in block["properties"].items():
        default = (
            _value(field["default"])
            if "default" in field
            else "required" * (name in block.get("required", ()))
        )
        has = isinstance(stated, Mapping) and name in stated
        base = _value(stated[name]) if has else ""
        meaning = meanings.get(name, "")
        cells = [f"`{name}`", takes(field), default, base, meaning]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return [*lines, ""]


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a block" if value else "`{}`"
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    text = text.replace("...", "").strip()
    return f"`{text}`" if len(text) <= 60 else "see conf/base"


def _docstring(text: str) -> tuple[str, dict[str, str]]:
    """Take a Google docstring apart: its prose, and what it says of each attribute."""
    prose, _, attributes = text.partition("Attributes:")
    found = re.findall(r"^ *(\w+): (.*(?:\n {8,}.*)*)", attributes, re.MULTILINE)
    return " ".join(prose.split()), {name: " ".join(told.split()) for name, told in found}


def _first(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


BOUNDS = {
    "minimum": "at least {}", "exclusiveMinimum": "above {}", "maximum": "at most {}",
    "exclusiveMaximum": "below {}", "minLength": "not empty", "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
}  # fmt: skip


def takes(field: Mapping[str, Any]) -> str:
    """Say in words what a field takes: type, bounds, and the block or the values it refers to."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for several in ("anyOf", "oneOf"):
        if several in field:
            return " or ".join(dict.fromkeys(takes(one) for one in field[several]))
    if "enum" in field or "const" in field:
        return ", ".join(f"`{value}`" for value in field.get("enum", [field.get("const")]))
    kind = field.get("type", "anything")
    if kind == "array":
        inner = field.get("items") or {}
        parts = [takes(one) for one in field.get("prefixItems", [])] or [takes(inner)]
        told = "list of " + ", ".join(dict.fromkeys(parts))
    elif kind == "object" and isinstance(field.get("additionalProperties"), Mapping):
        told = f"names, each with {takes(field['additionalProperties'])}"
    else:
        told = {"null": "null", "integer": "whole number", "object": "block"}.get(kind, kind)
    bounds = [
        text.format(field[key]) for key, text in BOUNDS.items() if key in field and kind != "object"
    ]
    return ", ".join([told, *(bounds if "prefixItems" not in field else [])])


def catalog(project: Path) -> str:
    """Give every entry of the catalog in conf/base: what reads it, where it lies, its layer."""
    lines = [
        "# The catalog", "",
        "Every entry of `conf/base`, by the folder that states it. `{architecture}` stands for the "
        "name of a model or an ensemble, `data/` for `RESULTS`.", "",
    ]  # fmt: skip
    for file in sorted((project / "conf/base").rglob("catalog.yml")):
        entries = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        rows = [row for name, entry in entries.items() if (row := _entry(name, entry))]
        if rows:
            lines += [f"## {file.parent.name}", "", "| entry | kind | place | layer | DVC |",
                      "| --- | --- | --- | --- | --- |", *rows, ""]  # fmt: skip
    return "\n".join(lines)


def _entry(name: str, entry: Mapping[str, Any]) -> str:
    if name.startswith("_"):
        return ""
    metadata = entry.get("metadata") or {}
    layer = (metadata.get("kedro-viz") or {}).get("layer", "")
    place = str(entry.get("filepath") or entry.get("path") or "")
    place = place.replace("${globals:results}", "data")
    place = f"`{place}`" if "${" not in place else "what a parameter or a variable names"
    versions = ", every version kept" if entry.get("versioned") else ""
    kind = f"`{entry['type'].rpartition('.')[2]}`{versions}"
    tracked = {False: "not tracked"}.get(metadata.get("dvc"), str(metadata.get("dvc") or ""))
    cells = [f"`{name}`", kind, place if len(place) > 2 else "in memory", layer, tracked]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

"""What is wrong with a command of Kedro's or the project's, by its own parser."""

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import click
import yaml
from documented import EXAMPLE, PROJECT

from pneumoscope.command_line import split_params
from pneumoscope.configuration import LayeredConfigLoader
from pneumoscope.options.reading import read_parameters
from pneumoscope.pipeline_registry import Selection, create_pipelines
from pneumoscope.settings import CONFIG_LOADER_ARGS

ENVIRONMENTS = [
    "base",
    *sorted({folder.name for folder in (PROJECT / "conf").iterdir() if folder.is_dir()} - {"base"}),
]


class Fault(Exception):
    """What is wrong with a command."""


def check_kedro(words: list[str]) -> None:
    command, given = _parsed(_commands_of_kedro(), "kedro", words)
    if command in ("run", "results", "export", "check", "serve"):
        _check_request(given)
    elif command == "stage":
        check_stage(given["name"])


def _parsed(group: click.Command, name: str, words: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Read words by the command's own parser; give its name and what it would be called with."""
    context = click.Context(group, info_name=name)
    rest = list(words)
    while isinstance(group, click.Group):
        if rest and rest[0] == "--help":
            return name, {}
        if rest[:1] == ["viz"]:  # an extra, whose group has a default
            return name, {}
        name, found, rest = group.resolve_command(context, rest)
        if found is None:
            raise Fault(f"no command {name!r}")
        group = found
    try:
        return name or "", group.make_context(name, list(rest), parent=context).params
    except click.exceptions.Exit:  # --help
        return name or "", {}


@cache
def _commands_of_kedro() -> click.Group:
    from kedro.framework.cli.cli import KedroCLI

    return KedroCLI(PROJECT)


def _check_request(given: Mapping[str, Any]) -> None:
    from pneumoscope.serving.command import _parser

    env, params = given.get("env") or "base", given.get("params") or {}
    if isinstance(params, str):
        params = split_params(None, None, params)
    if model := given.get("model"):
        params = {**params, "inference": {"model": EXAMPLE_MODEL.get(model, model)}}
    _parse(lambda: _parser("serve", {}), list(given.get("options") or ()))
    selection = selected(env, repr(params))
    asked = {option: names for option in _NAMING if (names := given.get(option))}
    if asked:
        _check_names(graph(repr(selection), selection), asked, env)


_NAMING = (
    "pipelines", "tags", "namespaces", "node_names", "from_nodes", "to_nodes",
    "load_versions",
)  # fmt: skip
"""Options of a run that name parts of the graph."""


def _check_names(created: Mapping[str, Any], asked: Mapping[str, Sequence[str]], env: str) -> None:
    chosen = list(asked.get("pipelines") or ["__default__"])
    if unknown := set(chosen) - set(created):
        raise Fault(f"no pipelines {sorted(unknown)} in {env}")
    nodes = [node for name in chosen for node in created[name].nodes]
    names = {node.name for node in nodes}
    known: dict[str, set[str]] = {
        "pipelines": set(created),
        "tags": {tag for node in nodes for tag in node.tags},
        "namespaces": {part for node in nodes for part in _spaces(node.namespace)},
        "node_names": names,
        "from_nodes": names,
        "to_nodes": names,
        "load_versions": {entry for node in nodes for entry in (*node.inputs, *node.outputs)},
    }
    for option, wanted in asked.items():
        if unknown := set(wanted) - known[option]:
            raise Fault(f"no {option} {sorted(unknown)} in {env}, {chosen}")


EXAMPLE_MODEL = {EXAMPLE: "cnn"}
"""A model that a page leaves to the reader."""


def _spaces(namespace: str | None) -> list[str]:
    parts = (namespace or "").split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


@cache
def selected(env: str, params: str) -> Selection:
    """Check the parameters of an environment with these; give what they select."""
    if env != EXAMPLE and env not in ENVIRONMENTS:
        raise Fault(f"no environment {env!r} in conf/")
    loader = LayeredConfigLoader(
        str(PROJECT / "conf"),
        env="base" if env == EXAMPLE else env,
        runtime_params=ast.literal_eval(params),
        **CONFIG_LOADER_ARGS,
    )
    return Selection.of(read_parameters(loader["parameters"], loader))


_GRAPHS: dict[str, Mapping[str, Any]] = {}


def graph(key: str, selection: Selection) -> Mapping[str, Any]:
    """Give the pipelines of a selection, built once."""
    if key not in _GRAPHS:
        _GRAPHS[key] = create_pipelines(selection)
    return _GRAPHS[key]


def check_stage(name: str) -> None:
    stages: set[str] = set()
    for stage, body in yaml.safe_load((PROJECT / "dvc.yaml").read_text())["stages"].items():
        stages |= {stage} | {f"{stage}@{item}" for item in body.get("foreach", [])}
    if name not in stages | {EXAMPLE}:
        raise Fault(f"no stage {name!r} in dvc.yaml")


def check_pneumoscope(words: list[str]) -> None:
    from pneumoscope import cli
    from pneumoscope.inference.command import _parser as predict
    from pneumoscope.serving.command import _parser as serve

    match words:
        case ["predict", *rest]:
            _parse(predict, [*rest, *([] if rest else [EXAMPLE])])
        case ["serve", *rest]:
            _parse(lambda: serve("serve", {}), rest)
        case _:
            _, given = _parsed(cli.run, "run", [w for w in words if "conf-source" not in w])
            _check_request(given)


def _parse(parser: Callable[[], Any], words: list[str]) -> None:
    found = parser()

    def refuse(message: str) -> None:
        raise Fault(message)

    found.error = refuse
    if "--help" not in words:
        found.parse_args(words)

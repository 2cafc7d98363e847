"""`dvc.yaml`, written from the graph, the catalog, the parameters and the imports of the code."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml
from kedro.framework.context import KedroContext
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from pneumoscope.stages.pipeline_stages import Stage, all_stages, selected
from pneumoscope.stages.project import Project

SET_UP = ("configuration", "hooks", "parsed_files", "pipeline_registry", "settings")
"""Modules that every run goes through. What they import to check a run, or to build the parts of
the graph that a stage does not run, is not what its results are made of."""

HEADER = """\
# The stages of the default run. `dvc repro` runs what is out of date and nothing else.
# Written by `kedro stages` from the graph, conf/base and the imports in src: see docs/dvc.md.
"""


def dvc_yaml(context: KedroContext) -> str:
    """Write `dvc.yaml` for the default run of a project.

    Args:
        context: Kedro's context of the environment `base`.
    """
    project = Project(context)
    selection = selected(context)
    groups: dict[str, dict[str, dict[str, Any]]] = {}
    for stage in all_stages(selection):
        group, _, item = stage.name.partition("@")
        nodes = stage.nodes(selection)
        if nodes.nodes:
            groups.setdefault(group, {})[item] = _describe(stage, nodes, project)
    stages = dict(one for name, group in groups.items() for one in _grouped(name, group))
    written = yaml.safe_dump({"stages": stages}, sort_keys=False, allow_unicode=True, width=100)
    return HEADER + written


def _grouped(name: str, group: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield one stage; for stages that only differ by the name of a model one for all of them."""
    if "" in group:
        yield name, group[""]
        return
    templates = [_template(body, item) for item, body in group.items()]
    if all(template == templates[0] for template in templates):
        yield name, {"foreach": list(group), "do": templates[0]}
    else:
        yield from ((f"{name}-{item}", body) for item, body in group.items())


def _template(body: Any, item: str) -> Any:
    if isinstance(body, dict):
        return {_template(key, item): _template(value, item) for key, value in body.items()}
    if isinstance(body, list):
        return [_template(value, item) for value in body]
    if str(body).startswith("src/"):
        return body
    return re.sub(rf"(?<![A-Za-z0-9]){re.escape(item)}(?![A-Za-z0-9])", "${item}", str(body))


def _describe(stage: Stage, nodes: Pipeline, project: Project) -> dict[str, Any]:
    read = [name for name in sorted(nodes.inputs()) if not name.startswith("params:")]
    made = sorted(nodes.all_outputs())
    files = {name: _tracked(name, project) for name in [*read, *made]}
    outputs = [(name, path) for name in made if (path := files[name])]
    kinds = {name: _kind(name, project) for name, _ in outputs}
    # What lies at an address changes unseen by DVC: such a stage is never up to date.
    elsewhere = any("://" in str(project.entry(name).get("filepath")) for name in read)
    described = {
        "desc": stage.description,
        "cmd": f"kedro stage {stage.name}",
        "always_changed": elsewhere,
        "params": _parameters(stage, nodes, project),
        "deps": [
            *sorted({path for name in read if (path := files[name])}),
            *_configuration(files, project),
            *_code(nodes, files, project),
            "requirements.lock",
        ],
        **{
            kind: sorted({path for name, path in outputs if kinds[name] == kind})
            for kind in ("outs", "metrics", "plots")
        },
    }
    return {key: value for key, value in described.items() if value}


def _tracked(name: str, project: Project) -> str | None:
    """Give the path of a dataset, unless it lives in memory or its entry keeps DVC away."""
    entry = project.entry(name)
    if "://" in entry.get("filepath", "://") or entry.get("metadata", {}).get("dvc") is False:
        return None
    return project.relative(entry["filepath"])


def _kind(name: str, project: Project) -> str:
    return str(project.entry(name).get("metadata", {}).get("dvc", "outs"))


def _configuration(files: Iterable[str], project: Project) -> list[str]:
    catalogs = {project.catalog_file(name) for name in files}
    return sorted({*catalogs, project.relative(project.conf / "globals.yml")})


def _code(nodes: Pipeline, files: Iterable[str], project: Project) -> list[str]:
    functions = {_module(node) for node in nodes.nodes}
    pipelines = {
        f"pneumoscope.pipelines.{part}.pipeline"
        for name in functions
        for part in re.findall(r"pneumoscope\.pipelines\.(\w+)", name)
    }
    named = {str(value) for name in files for value in project.entry(name).values()}
    classes = {name.rpartition(".")[0] for name in named if name.startswith("pneumoscope.")}
    roots = {*functions, *pipelines, *classes}
    set_up = {project.root / f"src/pneumoscope/{name}.py" for name in SET_UP}
    return sorted(project.relative(file) for file in project.package.needed_by(roots) | set_up)


def _module(node: Node) -> str:
    function: Any = node.func
    return str(getattr(function, "func", function).__module__)


def _parameters(stage: Stage, nodes: Pipeline, project: Project) -> list[dict[str, list[str]]]:
    taken = {name.removeprefix("params:") for name in nodes.inputs() if name.startswith("params:")}
    wanted = {*taken, *stage.chosen_by}
    wanted |= {other for name in wanted for other in _referred_to(name, project)}
    found: dict[str, list[str]] = {}
    for name in sorted(wanted):
        found.setdefault(project.parameters[name.split(".")[0]][0], []).append(name)
    return [{file: names} for file, names in sorted(found.items())]


def _referred_to(name: str, project: Project) -> set[str]:
    """Name the parameters that a parameter's value is interpolated from."""
    block, *keys = name.split(".")
    value = project.parameters[block][1]
    for key in keys:
        value = value[key]
    return set(re.findall(r"\$\{([\w.]+)\}", str(value)))

"""The nodes of an environment's whole run, one after another by a script; see overhead.py.

python benchmarks/plain_run.py ENVIRONMENT
"""

import importlib
import json
import os
import pkgutil
import sys
import time
from dataclasses import dataclass
from typing import Any

from kedro.io import AbstractDataset, MemoryDataset
from kedro.pipeline.node import Node
from timing import PROJECT


@dataclass(frozen=True)
class Plan:
    """What a script would have written down: functions, files and parameters.

    Attributes:
        nodes: The functions with their inputs and outputs by name, in the order of the run.
        files: Datasets that read and write files.
        values: Parameters.
    """

    nodes: list[Node]
    files: dict[str, AbstractDataset]
    values: dict[str, Any]


def main() -> None:
    """Run everything; print the number of nodes and the seconds that the plan has taken."""
    import_what_nodes_and_datasets_need()
    started = time.perf_counter()
    plan = draw_up(sys.argv[1])
    planning = time.perf_counter() - started
    run(plan)
    print(json.dumps({"planning": planning, "nodes": len(plan.nodes)}))


def import_what_nodes_and_datasets_need() -> None:
    """Import what a script without Kedro's session would import as well."""
    import pneumoscope.datasets
    import pneumoscope.pipeline_registry

    for module in pkgutil.iter_modules(pneumoscope.datasets.__path__):
        importlib.import_module(f"pneumoscope.datasets.{module.name}")


def draw_up(env: str) -> Plan:
    """Let Kedro read the configuration and order the nodes."""
    from kedro.framework.project import pipelines
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(PROJECT)
    with KedroSession.create(project_path=PROJECT, env=env) as session:
        assert isinstance(session, KedroSession)
        catalog = session.load_context().catalog
        pipeline = pipelines["__default__"]
        datasets = {name: catalog.get(name) for name in sorted(pipeline.datasets())}
    files: dict[str, AbstractDataset] = {}
    values: dict[str, Any] = {}
    for name, dataset in datasets.items():
        if dataset is None:
            continue
        if name == "parameters" or name.startswith("params:"):
            values[name] = dataset.load()
        elif not isinstance(dataset, MemoryDataset):
            files[name] = dataset
    return Plan(list(pipeline.nodes), files, values)


def run(plan: Plan) -> None:
    """Load, call, save; what no file holds stays a variable."""
    values = dict(plan.values)
    for node in plan.nodes:
        given = {
            name: plan.files[name].load() if name in plan.files else values[name]
            for name in node.inputs
        }
        for name, made in node.run(given).items():
            if name in plan.files:
                plan.files[name].save(made)
            else:
                values[name] = made


if __name__ == "__main__":
    os.chdir(PROJECT)
    main()

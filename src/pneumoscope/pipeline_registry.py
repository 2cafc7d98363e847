"""The pipelines of the project, for the sources and architectures of one environment."""

import os
import warnings
from dataclasses import dataclass
from pathlib import Path

from kedro.config import OmegaConfigLoader
from kedro.framework.project import pipelines, settings
from kedro.pipeline import Pipeline
from kedro.utils import find_kedro_project

from pneumoscope.naming import Source
from pneumoscope.pipelines import (
    evaluation,
    fetch,
    ingestion,
    preprocessing,
    rebalancing,
    reporting,
    training,
)


@dataclass(frozen=True)
class Selection:
    """What an environment's parameters choose of the graph.

    Attributes:
        source: Where radiographs come from.
        architectures: Names of the models to train and compare, in the order of the table.
    """

    source: Source
    architectures: tuple[str, ...]

    @classmethod
    def from_parameters(cls, parameters: dict) -> "Selection":
        """Read the selection from an environment's parameters.

        Raises:
            ValueError: An architecture is chosen twice, or without parameters of its own.
        """
        names = tuple(parameters["architectures"])
        unknown = [name for name in names if name not in parameters]
        if not names or unknown or len(set(names)) < len(names):
            raise ValueError(
                "expected `architectures` as different names, each with parameters of its own "
                "under that name in parameters_training.yml, received "
                f"{list(names)}{f'; without parameters: {unknown}' if unknown else ''}"
            )
        return cls(Source(parameters["fetch"]["source"]), names)


def create_pipelines(selection: Selection) -> dict[str, Pipeline]:
    """Create every pipeline by name, and `__default__`: all of them in one graph."""
    with warnings.catch_warnings():
        # Comparing architectures means naming the outputs of their namespaces, which Kedro
        # takes for a slip.
        warnings.filterwarnings("ignore", message="One or more dataset names contain")
        created = {
            "fetch": fetch.create_pipeline(selection.source),
            "ingestion": ingestion.create_pipeline(),
            "rebalancing": rebalancing.create_pipeline(),
            "preprocessing": preprocessing.create_pipeline(),
            "training": training.create_pipeline(selection.architectures),
            "evaluation": evaluation.create_pipeline(selection.architectures),
            "reporting": reporting.create_pipeline(selection.architectures),
        }
    return {**created, "__default__": sum(created.values(), Pipeline([]))}


_selected: list[Selection] = []


def select(selection: Selection) -> None:
    """Make Kedro build its pipelines for this selection from now on.

    Kedro registers pipelines without telling for which environment; a hook that knows the
    environment calls this before they are first looked up.
    """
    _selected[:] = [selection]
    pipelines.configure(__name__)


def register_pipelines() -> dict[str, Pipeline]:
    """Create the pipelines of the running session, or else of the environment KEDRO_ENV."""
    return create_pipelines(_selected[0] if _selected else _configured())


def _configured() -> Selection:
    project = find_kedro_project(Path.cwd()) or Path.cwd()
    loader = OmegaConfigLoader(
        conf_source=str(project / settings.CONF_SOURCE),
        env=os.environ.get("KEDRO_ENV"),
        **settings.CONFIG_LOADER_ARGS,
    )
    return Selection.from_parameters(loader["parameters"])

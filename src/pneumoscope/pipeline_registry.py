"""The pipelines of the project, for the sources and architectures of one environment."""

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kedro.framework.project import pipelines, settings
from kedro.pipeline import Pipeline
from kedro.utils import find_kedro_project

from pneumoscope.naming import Source
from pneumoscope.options.project import ProjectOptions
from pneumoscope.options.reading import read_parameters
from pneumoscope.pipelines import (
    evaluation,
    explanation,
    fetch,
    inference,
    ingestion,
    preprocessing,
    rebalancing,
    reporting,
    robustness,
    study,
    training,
)


@dataclass(frozen=True)
class Selection:
    """What an environment's parameters choose of the graph.

    Attributes:
        source: Where radiographs come from.
        architectures: Names of the models to train and compare, in the order of the table.
        ensembles: Name of each ensemble to the names of its members; they follow in the table. Null
            members drop an ensemble of the base environment.
        arms: Names of a study's protocols, the environment's own first; empty without a study.
        predictor: Name of the model or ensemble that new radiographs are predicted with; None
            for the last architecture.
    """

    source: Source
    architectures: tuple[str, ...]
    ensembles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    arms: tuple[str, ...] = ()
    predictor: str | None = None

    @classmethod
    def of(cls, options: ProjectOptions) -> "Selection":
        """Read the selection from an environment's parameters."""
        members = {name: tuple(models) for name, models in options.averaged.items()}
        arms = tuple(options.study.arms) if options.study else ()
        source, predictor = options.fetch.source, options.inference.model
        return cls(source, tuple(options.architectures), members, arms, predictor)


def create_pipelines(selection: Selection) -> dict[str, Pipeline]:
    """Create every pipeline by name, and `__default__`: all but `inference` in one graph."""
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
            "evaluation": evaluation.create_pipeline(selection.architectures, selection.ensembles),
            "explanation": explanation.create_pipeline(selection.architectures),
            "robustness": robustness.create_pipeline(selection.architectures),
            "study": study.create_pipeline(
                selection.architectures, selection.ensembles, selection.arms
            ),
            "reporting": reporting.create_pipeline(
                selection.architectures, selection.ensembles, selection.arms
            ),
        }
    predictor = selection.predictor or selection.architectures[-1]
    members = selection.ensembles.get(predictor, (predictor,))
    return {
        **created,
        # New radiographs are predicted when someone brings them.
        "inference": inference.create_pipeline(predictor, members),
        "__default__": sum(created.values(), Pipeline([])),
    }


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
    loader = settings.CONFIG_LOADER_CLASS(
        conf_source=str(project / settings.CONF_SOURCE),
        env=os.environ.get("KEDRO_ENV"),
        **settings.CONFIG_LOADER_ARGS,
    )
    return Selection.of(read_parameters(loader["parameters"], loader))

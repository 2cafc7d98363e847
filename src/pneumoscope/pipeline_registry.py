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
    def from_parameters(cls, parameters: dict) -> "Selection":
        """Read the selection from an environment's parameters.

        Raises:
            ValueError: An architecture is chosen twice, or without parameters of its own; an
                ensemble has an architecture's name, or members that are not two or more of
                those trained; a protocol of a study has no split of its own; new radiographs
                shall be predicted with a model that is not there.
        """
        names = tuple(parameters["architectures"])
        unknown = [name for name in names if name not in parameters]
        if not names or unknown or len(set(names)) < len(names):
            raise ValueError(
                "expected `architectures` as different names, each with parameters of its own "
                "under that name in training/parameters.yml, received "
                f"{list(names)}{f'; without parameters: {unknown}' if unknown else ''}"
            )
        ensembles = {
            name: tuple(members)
            for name, members in parameters.get("ensembles", {}).items()
            if members
        }
        for name, members in ensembles.items():
            _check_ensemble(name, members, names)
        predictor = parameters.get("inference", {}).get("model")
        _check_predictor(predictor, [*names, *ensembles])
        source = Source(parameters["fetch"]["source"])
        return cls(source, names, ensembles, _arms(parameters), predictor)


def _arms(parameters: dict) -> tuple[str, ...]:
    arms = tuple(parameters.get("study", {}).get("arms", ()))
    bare = [name for name in arms[1:] if "split" not in parameters.get(name, {})]
    if bare:
        raise ValueError(
            "expected for each protocol in `study.arms` but the first a block of that name with a "
            f"`split` of its own, received none for {bare}"
        )
    return arms


def _check_predictor(name: str | None, models: list[str]) -> None:
    if name is not None and name not in models:
        raise ValueError(
            f"expected `inference.model` as one of {models}, or null for the last architecture, "
            f"received '{name}'"
        )


def _check_ensemble(name: str, members: tuple[str, ...], architectures: tuple[str, ...]) -> None:
    different = len(set(members)) == len(members) >= 2
    if name in architectures or not different or not set(members) <= set(architectures):
        raise ValueError(
            f"expected the ensemble '{name}' to have a name of its own and at least two different "
            f"members out of the architectures {list(architectures)}, received {list(members)}"
        )


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
    return Selection.from_parameters(loader["parameters"])

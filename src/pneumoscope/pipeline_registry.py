"""The pipelines of the project, for the sources and architectures of one environment."""

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from kedro.framework.project import pipelines, settings
from kedro.pipeline import Pipeline
from kedro.utils import find_kedro_project

from pneumoscope.naming import ResultPlace, Source
from pneumoscope.options.project import ProjectOptions
from pneumoscope.options.reading import read_parameters
from pneumoscope.pipelines.lazy import LazyPipeline


@dataclass(frozen=True)
class Selection:
    """What an environment's parameters choose of the graph.

    Attributes:
        source: Where radiographs come from.
        architectures: Names of the models to train and compare, in the order of the table.
        ensembles: Name of each ensemble to the names of its members; they follow in the table. Null
            members drop an ensemble of the base environment.
        arms: Names of a study's protocols, the environment's own first; empty without a study.
        sites: Names of the sites whose films are an external test.
        predictor: Name of the model or ensemble that new radiographs are predicted with and that
            is exported; None for the last architecture.
        dicom_results: Where its predictions go as DICOM objects; None for nowhere.
        curve: The block of the learning curve's recipe, None for the last architecture; the shares
            of train and how many seeds.
        tuned: The block whose recipe `kedro tune` searches; None for the last architecture.
        wide: Whether models are fitted on more of each film than they see in use.
    """

    source: Source
    architectures: tuple[str, ...]
    ensembles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    arms: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    predictor: str | None = None
    dicom_results: ResultPlace | None = None
    curve: tuple[str | None, tuple[float, ...], int] = (None, (1.0,), 1)
    tuned: str | None = None
    wide: bool = False

    @classmethod
    def of(cls, options: ProjectOptions) -> "Selection":
        """Read the selection from an environment's parameters."""
        members = {name: tuple(models) for name, models in options.averaged.items()}
        arms = tuple(options.study.arms) if options.study else ()
        source, predictor = options.fetch.source, options.inference.model
        sites = tuple(options.sites)
        return cls(
            source, tuple(options.architectures), members, arms, sites, predictor,
            options.inference.dicom_results,
            (options.learning_curve.architecture, options.learning_curve.shares,
             options.learning_curve.seeds), options.tuning.architecture,
            options.preprocessing.fits_wider_films,
        )  # fmt: skip


_CHOSEN: Mapping[str, Callable[[Selection], tuple[Any, ...]]] = {
    "fetch": lambda chosen: (chosen.source,),
    "ingestion": lambda _: (),
    "rebalancing": lambda _: (),
    "preprocessing": lambda chosen: (chosen.wide,),
    "training": lambda chosen: (chosen.architectures, chosen.wide),
    "evaluation": lambda chosen: (chosen.architectures, chosen.ensembles, "", chosen.sites),
    "explanation": lambda chosen: (chosen.architectures, chosen.wide),
    "robustness": lambda chosen: (chosen.architectures,),
    "external": lambda chosen: (
        chosen.sites,
        chosen.architectures,
        chosen.ensembles,
        chosen.arms,
    ),
    "study": lambda chosen: (chosen.architectures, chosen.ensembles, chosen.arms, chosen.wide),
    "reporting": lambda chosen: (
        chosen.architectures,
        chosen.ensembles,
        chosen.arms,
        chosen.sites,
    ),
}
"""Pipelines of a whole run, in its order, to what of a selection each is created with."""


def create_pipelines(selection: Selection) -> dict[str, Pipeline]:
    """Create every pipeline by name, and `__default__`: all in one but those at the end.

    What a pipeline's nodes import is imported when something looks at the pipeline.
    """
    parts = {name: _create(name, chosen(selection)) for name, chosen in _CHOSEN.items()}
    predictor = selection.predictor or selection.architectures[-1]
    members = selection.ensembles.get(predictor, (predictor,))
    recipe, shares, seeds = selection.curve
    curve = (recipe or selection.architectures[-1], shares, seeds, selection.wide)
    return {
        **parts,
        # New radiographs are predicted when someone brings them, and models exported when someone
        # wants to take them elsewhere.
        "inference": _create("inference", (predictor, members, selection.dicom_results)),
        "learning_curve": _create("learning_curve", curve),
        "tuning": _create(
            "tuning", (selection.tuned or selection.architectures[-1], selection.wide)
        ),
        "exchange": _create("exchange", (predictor, members)),
        "web_page": _create("web_page", (predictor,)),
        "litert": _create("litert", (predictor, members)),
        "__default__": LazyPipeline(partial(_joined, tuple(parts.values()))),
    }


def _create(name: str, chosen: tuple[Any, ...]) -> Pipeline:
    return LazyPipeline(partial(_build, name, chosen))


def _build(name: str, chosen: tuple[Any, ...]) -> Pipeline:
    create: Callable[..., Pipeline] = import_module(f"pneumoscope.pipelines.{name}").create_pipeline
    with warnings.catch_warnings():
        # Comparing architectures means naming the outputs of their namespaces, which Kedro
        # takes for a slip.
        warnings.filterwarnings("ignore", message="One or more dataset names contain")
        return create(*chosen)


def _joined(parts: Sequence[Pipeline]) -> Pipeline:
    return sum(parts, Pipeline([]))


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

"""`kedro stages`, which writes dvc.yaml, and `kedro stage`, by which DVC runs one of them."""

import logging
import os

from kedro.framework.context import KedroContext

from pneumoscope.configuration import FILMS, RADIOGRAPHS, RESULTS
from pneumoscope.datasets.atomic import replacing
from pneumoscope.errors import InputError, did_you_mean
from pneumoscope.runs.tracking import URI
from pneumoscope.session import CheckedSession
from pneumoscope.stages.dvc import dvc_yaml
from pneumoscope.stages.pipeline_stages import all_stages, selected
from pneumoscope.stages.project import ENVIRONMENT

SURROUNDINGS = {RADIOGRAPHS, FILMS, RESULTS, "KEDRO_ENV", "KERAS_BACKEND", URI}
"""Environment variables that `kedro run` reads; so it does `<MODEL>_WEIGHTS`."""

logger = logging.getLogger(__name__)


def write_stages() -> bool:
    """Write dvc.yaml anew, and return whether it changed."""
    unset_surroundings()
    session = CheckedSession.create(env=ENVIRONMENT)
    with session:
        return _brought_up_to_date(session.load_context())


def run_stage(name: str) -> None:
    """Run the nodes of one stage, by conf/base alone.

    Raises:
        InputError: There is no such stage; or dvc.yaml did not say what stages depend on now.
            It then does, and nothing was run.
    """
    unset_surroundings()
    session = CheckedSession.create(env=ENVIRONMENT)
    with session:
        context = session.load_context()
        stages = {stage.name: stage for stage in all_stages(selected(context))}
        if name not in stages:
            raise InputError("a stage of dvc.yaml", f"'{name}'", did_you_mean(name, stages))
        if _brought_up_to_date(context):
            raise InputError(
                "dvc.yaml as conf/base and src have it",
                "one from before they changed",
                "It has been written anew: run `dvc repro` again.",
            )
        stage = stages[name]
        session.run(
            pipeline_names=list(stage.pipelines),
            tags=stage.tags or None,
            namespaces=stage.namespaces or None,
        )


def unset_surroundings() -> None:
    """Remove what the shell has set for other runs, and say so.

    `dvc.lock` records that a stage's outputs come from what `dvc.yaml` lists, which no variable
    is part of; and DVC gives them out again whenever that list fits.
    """
    found = sorted(one for one in os.environ if one in SURROUNDINGS or one.endswith("_WEIGHTS"))
    for name in found:
        del os.environ[name]
    if found:
        logger.warning(
            "Ignored under DVC, whose stages follow conf/base alone: %s. `kedro run` reads them.",
            ", ".join(found),
        )


def _brought_up_to_date(context: KedroContext) -> bool:
    file, written = context.project_path / "dvc.yaml", dvc_yaml(context)
    if file.exists() and file.read_text(encoding="utf-8") == written:
        return False
    with replacing(file) as finished:
        finished.write_text(written, encoding="utf-8", newline="\n")
    return True

"""What surrounds a run, checked before it begins: its variables and the place of results."""

import logging
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from pneumoscope.configuration import FILMS, RADIOGRAPHS, RESULTS
from pneumoscope.errors import InputError

logger = logging.getLogger(__name__)


def check_variables(environment: Mapping[str, str]) -> None:
    """Refuse environment variables that are near misses of the project's own.

    A near miss of RADIOGRAPHS or FILMS stops the run, which would otherwise go on with other
    films. Names like RESULT and VGG19_WEIGHTS may belong to another program: they get a warning.

    Raises:
        InputError: A variable is nearly called RADIOGRAPHS or FILMS, and those are not set.
    """
    from pneumoscope.models.architectures.registry import ARCHITECTURES

    weights = [f"{name.upper()}_WEIGHTS" for name, entry in ARCHITECTURES.items() if entry.backbone]
    for name in environment:
        near = get_close_matches(name.upper(), [RADIOGRAPHS, FILMS, RESULTS, *weights], 1, 0.85)
        if not near or name == near[0] or near[0] in environment or not environment[name]:
            continue
        if near[0] in (RADIOGRAPHS, FILMS):
            raise InputError(
                f"{near[0]} as the environment variable that names a folder", name,
                f"Did you mean {near[0]}? Otherwise: unset {name}",
            )  # fmt: skip
        if name not in weights:
            logger.warning("The variable %s is not read; did you mean %s?", name, near[0])


def check_results(results: str, project: Path) -> None:
    """Refuse a folder for results that the catalog would misread.

    Raises:
        InputError: The path has braces, which the catalog takes for placeholders, or is an address.
    """
    for unfit, path in (("{", project / results), ("}", project / results), ("://", results)):
        if unfit in str(path):
            raise InputError(
                f"a local folder for results, without '{unfit}'",
                f"'{path}'",
                "Name another: RESULTS=<folder>.",
            )

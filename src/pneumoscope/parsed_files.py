"""Configuration files, parsed once a process as long as they say what they said."""

import copy
from collections.abc import Callable, Hashable
from pathlib import Path

from omegaconf import DictConfig

_SUFFIXES = frozenset((".yml", ".yaml", ".json"))
_PARSED: dict[tuple[Path, Hashable], tuple[dict[Path, bytes], dict[Path, DictConfig]]] = {}


def parsed(
    folder: Path, what: Hashable, parse: Callable[[], dict[Path, DictConfig]]
) -> dict[Path, DictConfig]:
    """Return what `parse` makes of the files of a folder; it is asked again when one has changed.

    A command asks for its parameters and its catalog several times over. Reading the files takes a
    small part of the time that parsing them does, so that what they say decides, and no clock.

    Args:
        folder: Holds the files, those in folders below included.
        what: Tells apart what is made of the same folder.
        parse: Reads the files; gives the configuration in each.

    Returns:
        A copy for each caller, since OmegaConf merges in place.
    """
    files = {
        file: file.read_bytes()
        for file in folder.rglob("*")
        if file.suffix in _SUFFIXES and file.is_file()
    }
    known = _PARSED.get((folder, what))
    if known is None or known[0] != files:
        known = _PARSED[folder, what] = files, parse()
    return {file: copy.deepcopy(configured) for file, configured in known[1].items()}

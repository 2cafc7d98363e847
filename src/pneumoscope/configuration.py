"""What the configuration may ask of its surroundings: where radiographs and results lie."""

import os

from pneumoscope.naming import Source

RADIOGRAPHS = "RADIOGRAPHS"
"""Environment variable: a folder of radiographs to use in place of an environment's own."""

FILMS = "FILMS"
"""Environment variable: a folder of new radiographs to predict."""

RESULTS = "RESULTS"
"""Environment variable: a folder for everything a run makes, in place of `data`."""


FOLDERS = {Source.PHANTOMS: "phantoms", Source.ARCHIVE: "chest_xray"}
"""What each source that fills a folder calls it."""


def fetch_source(given: str | None, default: str) -> str:
    """Return `folder` if the user brings a folder of radiographs, else the environment's own."""
    return Source.FOLDER.value if given or os.environ.get(RADIOGRAPHS) else default


def radiographs_folder(given: str | None, asked: str | None, default: str, raw: str) -> str:
    """Return the folder that belongs to the source of the radiographs.

    Args:
        given: The user's folder, if it was named by a runtime parameter.
        asked: The source, if it was named by a runtime parameter: it then goes before a folder
            named by the environment variable, so that phantoms are never drawn into that.
        default: The environment's own source.
        raw: Where the project keeps the radiographs that it makes or downloads.
    """
    source = Source(asked or fetch_source(given, default))
    if source is Source.FOLDER and (given or os.environ.get(RADIOGRAPHS)):
        return given or os.environ[RADIOGRAPHS]
    filled = Source(default) if source is Source.FOLDER else source
    return f"{raw}/{FOLDERS[filled]}"


def films_folder(given: str | None, default: str) -> str:
    """Return the folder of new radiographs: the user's, or else the default."""
    return given or os.environ.get(FILMS) or default


def shows_phantoms(source: str) -> bool:
    """Return whether radiographs from this source are synthetic, as every output then says."""
    return Source(source) is Source.PHANTOMS


def results_folder(default: str) -> str:
    """Return the folder that a run writes below."""
    return os.environ.get(RESULTS) or default


def pretrained_weights(architecture: str, default: str | None) -> str | None:
    """Return what `<ARCHITECTURE>_WEIGHTS` names (`imagenet` or a file), else the default."""
    return os.environ.get(f"{architecture.upper()}_WEIGHTS") or default


RESOLVERS = {
    "radiographs_folder": radiographs_folder,
    "fetch_source": fetch_source,
    "films_folder": films_folder,
    "shows_phantoms": shows_phantoms,
    "results_folder": results_folder,
    "pretrained_weights": pretrained_weights,
}

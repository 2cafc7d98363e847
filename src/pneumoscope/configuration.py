"""What the configuration may ask of its surroundings: where radiographs and results lie."""

import os

from pneumoscope.naming import Source

RADIOGRAPHS = "RADIOGRAPHS"
"""Environment variable: a folder of radiographs to use in place of an environment's own."""

RESULTS = "RESULTS"
"""Environment variable: a folder for everything a run makes, in place of `data`."""


def radiographs_folder(given: str | None, default: str) -> str:
    """Return the user's folder of radiographs if there is one, else the environment's own."""
    return given or os.environ.get(RADIOGRAPHS) or default


def fetch_source(given: str | None, default: str) -> str:
    """Return `folder` if the user brings a folder of radiographs, else the environment's own."""
    return Source.FOLDER.value if given or os.environ.get(RADIOGRAPHS) else default


def results_folder(default: str) -> str:
    """Return the folder that a run writes below."""
    return os.environ.get(RESULTS) or default


def pretrained_weights(architecture: str, default: str) -> str:
    """Return the weights file named by `<ARCHITECTURE>_WEIGHTS`, else the default."""
    return os.environ.get(f"{architecture.upper()}_WEIGHTS") or default


RESOLVERS = {
    "radiographs_folder": radiographs_folder,
    "fetch_source": fetch_source,
    "results_folder": results_folder,
    "pretrained_weights": pretrained_weights,
}

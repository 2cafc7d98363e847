"""How parameters are merged, and what they may ask of their surroundings: where files lie."""

import os
from functools import reduce
from pathlib import Path
from typing import Any, cast

from kedro.config import OmegaConfigLoader
from omegaconf import DictConfig, OmegaConf

from pneumoscope.errors import InputError, did_you_mean
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


class LayeredConfigLoader(OmegaConfigLoader):
    """Kedro's loader, but an override can clear a block, and a name refers to what came of it.

    Parameters are merged block by block: base, then the environment, then --params. An empty
    mapping in an override (`augmentation: {}`) clears the block below it; Kedro's own soft
    merging would keep what the base environment has there. Interpolations are resolved when all
    is merged, so that `${fetch.source}` in base is the source of the environment that runs.
    """

    def __init__(self, conf_source: str | Path, env: str | None = None, **arguments: Any) -> None:
        super().__init__(conf_source, env, **arguments)
        folders = Path(conf_source)
        if env and folders.is_dir() and not (folders / env).is_dir():
            known = [folder.name for folder in folders.iterdir() if folder.is_dir()]
            raise InputError(
                "an environment of conf/ as --env or KEDRO_ENV",
                f"'{env}'",
                did_you_mean(env, known),
            )

    def _resolve_from_raw_config(
        self,
        key: str,
        base_configs: dict[Path, DictConfig],
        env_configs: dict[Path, DictConfig],
        *places: Any,
    ) -> dict[str, Any]:
        if key != "parameters":
            return super()._resolve_from_raw_config(key, base_configs, env_configs, *places)
        layers = [
            OmegaConf.merge({}, *base_configs.values()),
            OmegaConf.merge({}, *env_configs.values()),
            OmegaConf.create(self.runtime_params),
        ]
        merged = reduce(_override, layers)
        return cast(dict[str, Any], OmegaConf.to_container(merged, resolve=True))


def _override(below: Any, above: Any) -> Any:
    merged = OmegaConf.merge(below, above)
    _clear(merged, OmegaConf.to_container(above, resolve=False))
    return merged


def _clear(merged: Any, above: Any) -> None:
    for name, value in above.items():
        if value == {}:
            merged[name] = {}
        elif isinstance(value, dict):
            _clear(merged[name], value)

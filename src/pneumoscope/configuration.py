"""How parameters are merged, and which environment variables they read: where files lie."""

import os
import re
from collections.abc import Callable, Sequence
from functools import partial, reduce
from pathlib import Path
from typing import Any, cast

from kedro.config import MissingConfigException, OmegaConfigLoader
from omegaconf import DictConfig, OmegaConf

from pneumoscope.errors import InputError, did_you_mean
from pneumoscope.naming import Source
from pneumoscope.parsed_files import parsed

RADIOGRAPHS = "RADIOGRAPHS"
"""Environment variable: a folder of radiographs to use in place of an environment's own."""

FILMS = "FILMS"
"""Environment variable: a folder of new radiographs to predict."""

RESULTS = "RESULTS"
"""Environment variable: a folder for everything a run makes, in place of `data`."""


FOLDERS = {
    Source.PHANTOMS: "phantoms",
    Source.ARCHIVE: "chest_xray",
    Source.FOLDER: "radiographs",
}
"""Where radiographs of each source lie, unless the user names a folder."""


def fetch_source(given: str | None, default: str) -> str:
    """Return `folder` if the user brings a folder of radiographs, else the environment's own."""
    return Source.FOLDER.value if given or os.environ.get(RADIOGRAPHS) else default


def place(named: str) -> str:
    """Return a place as the catalog takes it: an address as it is, `~` as the home folder."""
    if "://" in named:
        return named
    return str(Path(named).expanduser())  # no shell does it behind `radiographs=`


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
    named = given or os.environ.get(RADIOGRAPHS)
    if source is Source.FOLDER and named:
        return place(named)
    filled = Source(default) if source is Source.FOLDER else source
    return f"{raw}/{FOLDERS[filled]}"


def films_folder(given: str | None, default: str) -> str:
    """Return the folder of new radiographs: the user's, or else the default."""
    named = given or os.environ.get(FILMS)
    return place(named) if named else default


TABLE = re.compile(r"\.(csv|tsv|txt)$", re.IGNORECASE)
"""Names of tables of labels."""


def site_places(named: str, project: Path) -> tuple[str, str | None]:
    """Return the folder of a site's films, and the table of labels if it is that which was named.

    Args:
        named: A folder, an archive, an address, or a table beside its films or above them.
        project: Where a relative path starts.
    """
    if "://" in named:
        folder, _, name = named.rpartition("/")
        return (folder, named) if TABLE.search(name) else (named, None)
    path = project / Path(named).expanduser()
    listed = bool(TABLE.search(path.name)) and path.is_file()
    return (str(path.parent), str(path)) if listed else (str(path), None)


def store_credentials(place: str, name: str) -> str | None:
    """Return the name of the credentials that a place needs; one on this machine needs none."""
    return name if "://" in place else None


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
    "store_credentials": store_credentials,
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

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Return a part of the configuration; credentials also where no file holds any.

        Those of conf/local are those of a person, and serve every environment; an environment's
        own go first. `radiographs` and `films` are always there, since a store may need none, or
        take them from the variables of the machine.
        """
        if key != "credentials":
            return super().__getitem__(key)
        own = self._credentials(super().__getitem__)
        person = str(self.default_run_env)
        if self.env not in (None, person):
            of_person = OmegaConfigLoader(
                self.conf_source, person, base_env=self.base_env, default_run_env=person
            )
            own = {**self._credentials(of_person.__getitem__), **own}
            # The newest loader of a process answers ${globals:…} and ${runtime_params:…}.
            self._register_globals_resolver()
            self._register_runtime_params_resolver()
        own.setdefault(RADIOGRAPHS.lower(), {})
        own.setdefault(FILMS.lower(), own[RADIOGRAPHS.lower()])
        return own

    @staticmethod
    def _credentials(read: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        try:
            return dict(read("credentials"))
        except MissingConfigException:
            return {}

    def _read_dir_configs(
        self,
        conf_path: str,
        patterns: Sequence[str],
        key: str,
        processed_files: set[Path],
        read_environment_variables: bool | None = False,
    ) -> dict[Path, DictConfig]:
        read = partial(
            super()._read_dir_configs,
            conf_path, patterns, key, set(), read_environment_variables,
        )  # fmt: skip
        # Variables of the environment are no files, and other storage is Kedro's to read.
        kept = self._protocol == "file" and not read_environment_variables
        what = (key, *patterns, self.ignore_hidden)
        found = parsed(Path(conf_path), what, read) if kept else read()
        processed_files.update(found)
        return found

    def _resolve_from_raw_config(
        self,
        key: str,
        base_configs: dict[Path, DictConfig],
        env_configs: dict[Path, DictConfig],
        *places: Any,
    ) -> dict[str, Any]:
        if key != "parameters":
            return super()._resolve_from_raw_config(key, base_configs, env_configs, *places)
        # Merged in place: each of them is a copy of this call's own.
        layers = [
            OmegaConf.unsafe_merge({}, *base_configs.values()),
            OmegaConf.unsafe_merge({}, *env_configs.values()),
            OmegaConf.create(self.runtime_params),
        ]
        merged = reduce(_override, layers)
        return cast(dict[str, Any], OmegaConf.to_container(merged, resolve=True))

    def origin(self, path: Sequence[str | int]) -> str:
        """Return where a parameter got its value: `--params`, or a file of conf/.

        What stands nowhere got none; its block, as far down as it is stated, tells where to look.
        """
        base, above, *_ = self._read_raw_config("parameters")
        given = OmegaConf.create(self.runtime_params)
        stated = [*base.items(), *above.items(), ("--params", given)]
        known = [(source, OmegaConf.to_container(block)) for source, block in stated]
        source, _ = max(reversed(known), key=lambda layer: _depth(layer[1], path))
        return source if source == "--params" else self._shown(Path(source))

    def asks(self, name: str) -> bool:
        """Return whether an entry of the catalog reads a name from --params."""
        base, above, *_ = self._read_raw_config("catalog")
        asked = re.compile(rf"runtime_params:\s*{re.escape(name)}\b")
        return any(
            asked.search(OmegaConf.to_yaml(entries))
            for entries in (*base.values(), *above.values())
        )

    def _shown(self, file: Path) -> str:
        folder = Path(self.conf_source)
        inside = file.relative_to(folder) if file.is_relative_to(folder) else file
        return f"{folder.name}/{inside.as_posix()}"


def _override(below: Any, above: Any) -> Any:
    stated = OmegaConf.to_container(above, resolve=False)
    merged = OmegaConf.unsafe_merge(below, above)
    _clear(merged, stated)
    return merged


def _clear(merged: Any, above: Any) -> None:
    for name, value in above.items():
        if value == {}:
            merged[name] = {}
        elif isinstance(value, dict):
            _clear(merged[name], value)


def _depth(stated: Any, path: Sequence[str | int]) -> int:
    """Count how many steps of a path lead into a mapping."""
    for steps, key in enumerate(path):
        if not isinstance(stated, dict) or key not in stated:
            return steps
        stated = stated[key]
    return len(path)

"""An environment's parameters and catalog, without a Kedro session."""

from typing import Any

from kedro.config import OmegaConfigLoader
from timing import PROJECT

from pneumoscope import settings


def load_parameters(env: str) -> dict[str, Any]:
    """Read what `kedro run --env <env>` would be given."""
    return dict(loader(env)["parameters"])


def loader(env: str) -> OmegaConfigLoader:
    """Open an environment's configuration."""
    return OmegaConfigLoader(
        conf_source=str(PROJECT / "conf"), env=env, **settings.CONFIG_LOADER_ARGS
    )

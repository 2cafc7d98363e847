"""An environment's parameters and catalog, without a Kedro session."""

from typing import Any

from kedro.config import OmegaConfigLoader
from timing import PROJECT

from pneumoscope import settings
from pneumoscope.options import ModelOptions


def load_parameters(env: str) -> dict[str, Any]:
    """Read what `kedro run --env <env>` would be given."""
    return dict(loader(env)["parameters"])


def architecture_options(architecture: str) -> ModelOptions:
    """Give the options that the real radiographs are trained with, from a random start."""
    parameters = load_parameters("kermany")
    models = [parameters[name]["model"] for name in parameters["architectures"]]
    chosen = next(
        (model for model in models if model["architecture"] == architecture),
        {"architecture": architecture},
    )
    # What is timed must depend on no file of weights.
    scratch = {"weights": None, "trainable_share": 1.0} if "weights" in chosen else {}
    return ModelOptions.model_validate({**chosen, **scratch})


def loader(env: str) -> OmegaConfigLoader:
    """Open an environment's configuration."""
    return OmegaConfigLoader(
        conf_source=str(PROJECT / "conf"), env=env, **settings.CONFIG_LOADER_ARGS
    )

"""An environment's parameters and catalog, without a Kedro session."""

from typing import Any

from timing import PROJECT

from pneumoscope import settings
from pneumoscope.configuration import LayeredConfigLoader
from pneumoscope.options import AugmentationOptions, ModelOptions


def load_parameters(env: str) -> dict[str, Any]:
    """Read what `kedro run --env <env>` would be given."""
    return dict(loader(env)["parameters"])


def architecture_options(architecture: str) -> ModelOptions:
    """Give the options that the real radiographs are trained with, from a random start."""
    chosen = _block(architecture)["model"]
    # What is timed must depend on no file of weights.
    scratch = {"weights": None, "trainable_share": 1.0} if "weights" in chosen else {}
    return ModelOptions.model_validate({**chosen, **scratch})


def augmentation_options(architecture: str) -> AugmentationOptions:
    """Give the random changes that the real radiographs are trained with."""
    return AugmentationOptions.model_validate(_block(architecture)["augmentation"])


def _block(architecture: str) -> dict[str, Any]:
    # Each has a block of its name, in the list of models to train or not.
    return dict(load_parameters("kermany")[architecture])


def loader(env: str) -> LayeredConfigLoader:
    """Open an environment's configuration."""
    arguments: dict[str, Any] = dict(settings.CONFIG_LOADER_ARGS)
    return LayeredConfigLoader(conf_source=str(PROJECT / "conf"), env=env, **arguments)

"""What is known of the model that is served, read from the files of its run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pneumoscope.errors import InputError
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.external.records import SiteResult
from pneumoscope.inference.facts import describe_model, figures_of
from pneumoscope.inference.predictor import Predictor

_METRICS, _SITE = TypeAdapter(ModelMetrics), TypeAdapter(SiteResult)


def model_facts(predictor: Predictor, results: Path) -> dict[str, Any]:
    """Give what users of a model should know, as plain values.

    Args:
        predictor: The model.
        results: Folder of the run that evaluated it.
    """
    contract = predictor.contract
    figures: Mapping[str, Any] | str = "the evaluation measured without the update at the site"
    if not predictor.locked.update:
        figures = _figures(contract.name, contract.fingerprint, results / "08_reporting")
    return describe_model(
        contract, predictor.locked, predictor.runtime, predictor.synthetic, figures
    )


def _figures(name: str, fingerprint: str, folder: Path) -> Mapping[str, Any] | str:
    """Give what was measured of the very weights that are served, or why there is nothing."""
    try:
        metrics = _METRICS.validate_json((folder / name / "metrics.json").read_bytes())
    except (OSError, ValidationError) as error:
        return f"the metrics of the run cannot be read: {type(error).__name__}"
    if metrics.model.fingerprint != fingerprint:
        return "the run has evaluated other weights since"
    return figures_of(name, metrics, _sites(folder / "external"))


def _sites(folder: Path) -> Mapping[str, SiteResult]:
    found = {}
    for file in sorted(folder.glob("*.json")):
        try:
            found[file.stem] = _SITE.validate_json(file.read_bytes())
        except ValidationError as error:
            raise InputError(
                f"the result of an external test in '{file}'",
                f"{error.error_count()} values that do not fit",
                "Run kedro run --pipelines=external again, or move the file away.",
            ) from error
    return found

"""An exported model, what was measured of it, and a runtime, joined to the folder of a page."""

from collections.abc import Mapping

from pneumoscope.errors import InputError
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.exchange.records import ExportedContract
from pneumoscope.exchange.web import web_page
from pneumoscope.external.records import SiteResult
from pneumoscope.inference.exported import locked_in
from pneumoscope.inference.facts import figures_of


def write_web_page(
    model: bytes,
    contract: ExportedContract,
    metrics: ModelMetrics,
    sites: Mapping[str, SiteResult],
    runtime: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Put together the folder of a page.

    Args:
        model: The exported file.
        contract: As it lies in that file.
        metrics: Of the very model, at the very threshold, or this fails.
        sites: External tests on record.
        runtime: Files of onnxruntime-web.

    Returns:
        Path in the folder to content.
    """
    exported = contract.fingerprint, contract.operating_point.threshold
    if exported != (metrics.model.fingerprint, metrics.operating_point.threshold):
        raise InputError(
            "the evaluation of the model that was exported, at its threshold",
            "that of another, or of another threshold",
            "Export it anew: kedro export --model <name> --format web",
        )
    figures = figures_of(contract.name, metrics, sites)
    return web_page(model, contract, locked_in(contract), figures, runtime)

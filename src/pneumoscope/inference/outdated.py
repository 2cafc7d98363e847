"""Whether the run that an exported model lies in has evaluated another since."""

import json
from pathlib import Path

from pneumoscope.exchange.records import ExportedContract

SHORT = 12
"""Hexadecimal digits of a fingerprint that tell two models apart."""


def outdated(file: Path, contract: ExportedContract) -> str:
    """Say that a run has evaluated other weights, or locked another threshold, since its export.

    Args:
        file: The exported model; of one that lies in no folder of results nothing is known.
        contract: As the file has it.

    Returns:
        A sentence, or an empty string.
    """
    evaluated = _evaluated(file)
    if evaluated is None:
        return ""
    fingerprint, threshold = evaluated
    name, was = contract.name, contract.fingerprint[:SHORT]
    if fingerprint != contract.fingerprint:
        what = f"other weights ({fingerprint[:SHORT]}, those exported are {was})"
    elif threshold != contract.operating_point.threshold:
        what = f"another threshold ({threshold:.4f})"
    else:
        return ""
    return (
        f"The run has evaluated {what} since {name} was exported: these predictions are of the "
        f"older one. Export it anew: kedro export --model {name}"
    )


def _evaluated(file: Path) -> tuple[str, float] | None:
    """Return fingerprint and threshold of the model of that name in the same results."""
    places = file.resolve().parents
    if len(places) < 4 or places[0].name != "exchange" or places[2].name != "06_models":
        return None
    try:
        text = (places[3] / "08_reporting" / places[1].name / "metrics.json").read_text("utf-8")
        metrics = json.loads(text)
        return str(metrics["model"]["fingerprint"]), float(metrics["operating_point"]["threshold"])
    except (OSError, ValueError, KeyError, TypeError):
        return None

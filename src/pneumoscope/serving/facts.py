"""What is known of the model that is served, read from the files of its run."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pneumoscope.errors import InputError
from pneumoscope.evaluation.records import ModelMetrics, SplitMetrics
from pneumoscope.external.records import SiteResult
from pneumoscope.inference.predictor import Predictor
from pneumoscope.naming import Split
from pneumoscope.out_of_distribution.wording import promise

_METRICS, _SITE = TypeAdapter(ModelMetrics), TypeAdapter(SiteResult)


def model_facts(predictor: Predictor, results: Path) -> dict[str, Any]:
    """Give what users of a model should know, as plain values.

    Args:
        predictor: The model.
        results: Folder of the run that evaluated it.
    """
    contract, locked = predictor.contract, predictor.locked
    low, high = locked.zone or (None, None)
    calibration = contract.calibration
    known = None if locked.calibration is None else {
        "slope": locked.calibration.slope,
        "intercept": locked.calibration.intercept,
        "prevalence": locked.prevalence,
        "learnt_prevalence": calibration.prevalence,
    }  # fmt: skip
    figures, reason = _figures(contract.name, contract.fingerprint, results)
    return {
        "name": contract.name,
        "fingerprint": contract.fingerprint,
        "runtime": predictor.runtime,
        "classes": [label.value for label in contract.classes],
        "threshold": locked.threshold,
        "threshold_reason": contract.operating_point.reason,
        "zone": None if low is None else {"low": low, "high": high},
        "probability": known,
        "probability_reason": None if known else calibration.reason,
        "out_of_distribution": _out_of_distribution(predictor),
        "synthetic": predictor.synthetic,
        "notice": predictor.notice,
        "figures": figures,
        "figures_reason": reason,
    }


def _out_of_distribution(predictor: Predictor) -> dict[str, Any]:
    limits = predictor.contract.out_of_distribution.false_alarms
    return {
        "asked": limits.asked,
        "promised": limits.promised,
        "patients": limits.patients,
        "reason": limits.reason,
        "decides_all": predictor.locked.decides_all,
        "sentence": promise(limits),
    }


def _figures(
    name: str, fingerprint: str, results: Path
) -> tuple[dict[str, Any] | None, str | None]:
    """Give what was measured of the very weights that are served, or why there is nothing."""
    place = results / "08_reporting"
    try:
        metrics = _METRICS.validate_json((place / name / "metrics.json").read_bytes())
    except (OSError, ValidationError) as error:
        return None, f"the metrics of the run cannot be read: {type(error).__name__}"
    if metrics.model.fingerprint != fingerprint:
        return None, "the run has evaluated other weights since"
    test = metrics.splits.get(Split.TEST.value)
    found = {
        "test": None if test is None else _split(metrics, Split.TEST.value, test),
        "subgroups": list(_subgroups(metrics)),
        "subgroups_absent": dict(metrics.subgroups.absent),
        "external": list(_external(name, fingerprint, place / "external")),
    }
    return found, None


def _split(metrics: ModelMetrics, name: str, split: SplitMetrics) -> dict[str, Any]:
    decided = metrics.at_threshold.splits.get(name)
    return {
        "n": split.n,
        "patients": split.patients,
        "confusion": None if decided is None else _plain(decided.confusion),
        "metrics": {metric.value: _plain(one) for metric, one in split.metrics.items()},
    }


def _subgroups(metrics: ModelMetrics) -> Iterable[Mapping[str, Any]]:
    for attribute, groups in metrics.subgroups.splits.get(Split.TEST.value, {}).items():
        for group, found in groups.items():
            yield {"attribute": attribute, "group": group, **_plain(found)}


def _external(name: str, fingerprint: str, folder: Path) -> Iterable[Mapping[str, Any]]:
    for file in sorted(folder.glob("*.json")):
        try:
            site = _SITE.validate_json(file.read_bytes())
        except ValidationError as error:
            raise InputError(
                f"the result of an external test in '{file}'",
                f"{error.error_count()} values that do not fit",
                "Run kedro run --pipelines=external again, or move the file away.",
            ) from error
        found = site.models.get(name)
        if found is None or found.measured.model.fingerprint != fingerprint:
            continue  # of other weights than those that are served
        overlap = site.films.overlap
        known = (overlap.identical, overlap.copies, overlap.alike)
        yield {
            "site": site.site,
            "confidence": found.confidence,
            "in_own_collection": sum(sum(kind.values()) for kind in known),
            "warnings": list(site.films.warnings),
            **_split(found.measured, found.split, found.metrics),
        }


def _plain(record: Any) -> Any:
    return TypeAdapter(type(record)).dump_python(record, mode="json")

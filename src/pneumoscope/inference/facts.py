"""What users of a model should know of it, as plain values: what a service or a page tells."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from pneumoscope.evaluation.records import ModelMetrics, SplitMetrics
from pneumoscope.external.known import external_tests
from pneumoscope.external.records import SiteResult
from pneumoscope.inference.predictions import Locked, notice_of
from pneumoscope.models.records import ModelContract
from pneumoscope.naming import Split
from pneumoscope.out_of_distribution.wording import promise


def describe_model(
    contract: ModelContract,
    locked: Locked,
    runtime: str,
    synthetic: bool,
    figures: Mapping[str, Any] | str,
) -> dict[str, Any]:
    """Give what is known of a model.

    Args:
        contract: What it promises.
        locked: What was locked for it.
        runtime: What computes it.
        synthetic: Whether it was trained on phantoms.
        figures: As `figures_of` gives them, or why there are none.
    """
    low, high = locked.zone or (None, None)
    known = None if locked.calibration is None else {
        "slope": locked.calibration.slope,
        "intercept": locked.calibration.intercept,
        "prevalence": locked.prevalence,
        "learnt_prevalence": _learnt_prevalence(contract, locked),
    }  # fmt: skip
    limits, reason = contract.out_of_distribution.false_alarms, isinstance(figures, str)
    return {
        "name": contract.name,
        "fingerprint": contract.fingerprint,
        "runtime": runtime,
        "classes": [label.value for label in contract.classes],
        "threshold": locked.threshold,
        "threshold_reason": locked.update or contract.operating_point.reason,
        "zone": None if low is None else {"low": low, "high": high},
        "probability": known,
        "probability_reason": None if known else contract.calibration.reason,
        "out_of_distribution": {
            "asked": limits.asked,
            "promised": limits.promised,
            "patients": limits.patients,
            "reason": limits.reason,
            "decides_all": locked.decides_all,
            "sentence": promise(limits),
        },
        "update": locked.update,
        "synthetic": synthetic,
        "notice": notice_of(synthetic, locked.update),
        "figures": None if reason else figures,
        "figures_reason": figures if reason else None,
    }


def _learnt_prevalence(contract: ModelContract, locked: Locked) -> float | None:
    return locked.prevalence if locked.update else contract.calibration.prevalence


def figures_of(name: str, metrics: ModelMetrics, sites: Mapping[str, SiteResult]) -> dict[str, Any]:
    """Give what was measured of a model on films that it was not trained on.

    Args:
        name: Of the model.
        metrics: As its evaluation gave them.
        sites: Site to the external tests on record; those of other weights or of another lock
            are left out.
    """
    test = metrics.splits.get(Split.TEST.value)
    return {
        "test": None if test is None else _split(metrics, Split.TEST.value, test),
        "subgroups": list(_subgroups(metrics)),
        "subgroups_absent": dict(metrics.subgroups.absent),
        "external": list(_external(name, metrics, sites)),
    }


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


def _external(
    name: str, metrics: ModelMetrics, sites: Mapping[str, SiteResult]
) -> Iterable[Mapping[str, Any]]:
    held = external_tests(sites, {name: metrics})
    for site, found in held.of(name).items():
        overlap = held.sites[site].films.overlap
        known = (overlap.identical, overlap.copies, overlap.alike)
        yield {
            "site": site,
            "confidence": found.confidence,
            "in_own_collection": sum(sum(kind.values()) for kind in known),
            "warnings": list(held.sites[site].films.warnings),
            **_split(found.measured, found.split, found.metrics),
        }


def _plain(record: Any) -> Any:
    return TypeAdapter(type(record)).dump_python(record, mode="json")

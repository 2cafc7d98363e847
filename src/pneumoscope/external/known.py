"""Which external tests on record hold for the models at hand; the others are named, not shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.external.records import SiteMetrics, SiteResult

SHORT = 12
"""Hexadecimal digits of a fingerprint that tell two models apart."""


@dataclass(frozen=True)
class Dropped:
    """A result on record that says nothing of the models at hand.

    Attributes:
        site: Where it was measured.
        model: Name of the model.
        reason: Why it is not shown, such as "another model (0123456789ab)".
    """

    site: str
    model: str
    reason: str


@dataclass(frozen=True)
class ExternalTests:
    """What is on record of sites.

    Attributes:
        sites: Site to its result, with those models alone that are at hand.
        dropped: What else is on record.
    """

    sites: Mapping[str, SiteResult] = field(default_factory=dict)
    dropped: Sequence[Dropped] = ()

    def of(self, model: str) -> dict[str, SiteMetrics]:
        """Return what was measured of one model, by site."""
        return {
            site: result.models[model]
            for site, result in self.sites.items()
            if model in result.models
        }


def external_tests(
    results: Mapping[str, SiteResult],
    metrics: Mapping[str, ModelMetrics],
    confidence: float | None = None,
) -> ExternalTests:
    """Sort the results on record by whether they are of the very models at hand.

    Args:
        results: Site to what is on record of it.
        metrics: Model to its metrics, as its evaluation gave them.
        confidence: Coverage of the intervals that a report tells; None takes any.
    """
    sites, dropped = {}, []
    for site, result in sorted(results.items()):
        reasons = {
            name: _unfit(found, metrics.get(name), confidence)
            for name, found in result.models.items()
        }
        dropped += [Dropped(site, name, reason) for name, reason in reasons.items() if reason]
        # In the order of the comparison.
        kept = {name: result.models[name] for name in metrics if reasons.get(name) == ""}
        if kept:
            sites[site] = replace(result, models=kept)
    return ExternalTests(sites, dropped)


def _unfit(found: SiteMetrics, evaluated: ModelMetrics | None, confidence: float | None) -> str:
    """Say why a result does not hold for the model of that name; empty if it does."""
    if evaluated is None:
        return "no model of this run"
    then, now = found.measured, evaluated
    if then.model.fingerprint != now.model.fingerprint:
        return f"another model ({then.model.fingerprint[:SHORT]})"
    if (then.operating_point, then.lock_revision) != (now.operating_point, now.lock_revision):
        return f"another lock ({found.lock[:SHORT]})"
    if confidence is not None and found.confidence != confidence:
        return f"intervals of {found.confidence:.0%}"
    return ""

"""An update at a site applied to what was locked: where it is named, and never else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from pneumoscope.errors import InputError
from pneumoscope.evaluation.lock import Lock, lock_digest
from pneumoscope.evaluation.records import DeferralZone, ModelMetrics
from pneumoscope.external.updates.records import SiteUpdate
from pneumoscope.external.updates.verdicts import applied_sentence
from pneumoscope.inference.predictions import Locked, Zone
from pneumoscope.options.external import SITE

_SHORT = 12
_MEASURE = "Measure the site: kedro run --pipelines=external --params external.{site}=<folder>"


def read_update(models: Path, model: str, named: str) -> tuple[SiteUpdate, str]:
    """Read an update of a model at a site, the newest if no version is named.

    Args:
        models: Folder of the models of a run.
        model: Name of the model or ensemble.
        named: The site, or "site@version".

    Returns:
        The update and its version.

    Raises:
        InputError: There is none of that name, or of that version.
    """
    site, _, version = named.partition("@")
    folder = models / model / "site_updates"
    versions = {} if not SITE.fullmatch(site) else {
        path.parent.name: path for path in sorted(folder.glob(f"{site}.json/*/{site}.json"))
    }  # fmt: skip
    if not versions:
        known = sorted(path.name.removesuffix(".json") for path in folder.glob("*.json"))
        raise InputError(
            f"an update of {model} at a site of that name",
            f"'{site}'; there are {', '.join(known) or 'none'}",
            _MEASURE.format(site="<site>"),
        )
    chosen = version or max(versions)
    if chosen not in versions:
        raise InputError(
            f"a version of the update of {model} at {site}: {', '.join(versions)}",
            f"'{chosen}'",
            f"Name one of these, or {site} alone for the newest.",
        )
    return TypeAdapter(SiteUpdate).validate_json(versions[chosen].read_bytes()), chosen


def with_update(
    locked: Locked, update: SiteUpdate, version: str, lock: Lock, metrics: ModelMetrics
) -> Locked:
    """Read scores as films of a site have taught, in place of what the evaluation locked.

    Args:
        locked: What was locked.
        update: The update.
        version: Of the update.
        lock: The lock of the model.
        metrics: Its metrics, which tell what share of films a zone was to hold.

    Raises:
        InputError: The update is of other weights or of another lock, or is not shown to help.
    """
    measure = _MEASURE.format(site=update.site)
    expected = f"an update of {locked.model} at {update.site} of the weights and lock at hand"
    if update.fingerprint != lock.fingerprint:
        raise InputError(
            f"{expected} (weights {lock.fingerprint[:_SHORT]})",
            f"one of other weights ({update.fingerprint[:_SHORT]})",
            measure,
        )
    if update.lock != lock_digest(lock):
        raise InputError(f"{expected} ({lock_digest(lock)[:_SHORT]})",
                         f"one of another lock ({update.lock[:_SHORT]})", measure)  # fmt: skip
    if update.refused is not None or update.reading is None:
        raise InputError(
            f"an update of {locked.model} at {update.site} that is shown to help",
            f"one that is not offered: {update.refused}",
            "Predict without it: leave the site out. Or measure more films of the site.",
        )
    reading = update.reading
    return replace(
        locked,
        threshold=reading.operating_point.threshold,
        zone=reading.operating_point.zone or _zone(locked.zone, metrics.grey_zone, update),
        calibration=reading.probability,
        prevalence=reading.prevalence if reading.probability else None,
        update=applied_sentence(update, version),
    )


def _zone(
    locked: Zone | None, measured: Mapping[str, DeferralZone], update: SiteUpdate
) -> Zone | None:
    """Return the zone that holds as large a share of the films of the site as of validation."""
    if locked is None:
        return None
    share = next((name for name, zone in measured.items() if (zone.low, zone.high) == locked), "")
    return update.zones.get(share)

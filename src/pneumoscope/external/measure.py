"""One model measured on the films of a site, by what its evaluation has locked."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from pneumoscope.evaluation.calibration.measure import measure_split_calibration
from pneumoscope.evaluation.conformal import measure_coverage
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.lock import Lock, lock_digest
from pneumoscope.evaluation.measure import measure_split
from pneumoscope.evaluation.records import ModelMetrics, SplitMetrics
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.subgroups import measure_subgroups
from pneumoscope.evaluation.thresholds.deferral import measure_zone
from pneumoscope.evaluation.thresholds.operating_points import measure_outcome
from pneumoscope.evaluation.verdict import difference
from pneumoscope.external.records import Flagged, SiteMetrics
from pneumoscope.naming import Column, Metric, Split
from pneumoscope.options import EvaluationOptions
from pneumoscope.out_of_distribution.detection import count_found
from pneumoscope.out_of_distribution.distances import distance_of

PROTOCOL = "external test, nothing refitted"
"""What stands in place of a policy of the split."""


def measure_site(
    scores: pd.DataFrame,
    evaluated: ModelMetrics,
    lock: Lock,
    films: pd.DataFrame,
    options: EvaluationOptions,
    distances: pd.DataFrame,
) -> SiteMetrics:
    """Measure the films of a site, and how far each metric lies from those of the evaluation.

    Threshold, grey zones, calibration and conformal sets are applied as the evaluation has
    found them on validation; nothing is fitted or chosen here.

    Args:
        scores: Columns `SCORE_COLUMNS` of the films of one site; one split.
        evaluated: What the evaluation of the model has measured and locked.
        lock: Its lock.
        films: The manifest of the site's films and of those that the model learned from, which
            tell what counts as a small film, and what as a strongly compressed one.
        options: Confidence, bins and prevalences.
        distances: How far the films lie from train, as `out_of_distribution.films` measures it.
    """
    threshold = lock.operating_point.threshold
    (split,) = scores[Column.SPLIT].unique()
    part = measure_split(scores, threshold, options)
    measured = replace(
        evaluated,
        protocol=PROTOCOL,
        flaws=[],
        operating_point=lock.operating_point,
        operating_points={
            name: measure_outcome(point, {split: Sample.of_rows(scores)}, options)
            for name, point in evaluated.operating_points.items()
        },
        calibration=replace(
            evaluated.calibration,
            splits={split: measure_split_calibration(scores, evaluated.calibration.map, options)},
        ),
        grey_zone={
            share: replace(zone, splits={split: measure_zone(zone, scores, threshold, options)})
            for share, zone in evaluated.grey_zone.items()
        },
        conformal=replace(
            evaluated.conformal,
            splits={split: measure_coverage(scores, evaluated.conformal, options)},
        ),
        subgroups=measure_subgroups(scores, films, threshold, options),
        splits={split: part},
    )
    drops = _drops(part, evaluated.splits)
    flagged = _flagged(distances, lock, evaluated, options.confidence)
    return SiteMetrics(lock_digest(lock), options.confidence, measured, drops, flagged)


def _flagged(
    distances: pd.DataFrame, lock: Lock, evaluated: ModelMetrics, confidence: float
) -> Flagged | None:
    """Count what lies beyond the distance that was locked on validation."""
    limit = lock.out_of_distribution
    if limit is None:
        return None
    beyond = distances.assign(beyond=distance_of(distances) > limit.threshold)
    validation = evaluated.splits.get(Split.VALIDATION)
    patients = validation.patients if validation else None
    return Flagged(count_found(beyond, confidence), limit.promised, patients)


def _drops(
    site: SplitMetrics, evaluated: Mapping[str, SplitMetrics]
) -> dict[Split, dict[Metric, Estimate]]:
    return {
        split: {
            metric: difference(found, evaluated[split].metrics[metric])
            for metric, found in site.metrics.items()
        }
        for split in (Split.VALIDATION, Split.TEST)
        if split in evaluated
    }

"""What updates on so many films are worth, whoever of a site's patients they are fitted on."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.verdict import stretched
from pneumoscope.external.updates.records import Change, Reading, Worth
from pneumoscope.external.updates.worth import Cut, measure_worth, sizes_of
from pneumoscope.naming import Consequence
from pneumoscope.options import EvaluationOptions, SiteUpdateOptions

_GROUPS = 10
"""Groups of patients that are left out in turn."""

_CUTS_AGAIN = 10
"""Cuts that are fitted again without each group: means of fewer vary more, never less."""


def measure_curve(
    rows: pd.DataFrame,
    cuts: Sequence[Cut],
    update: SiteUpdateOptions,
    locked: Reading,
    options: EvaluationOptions,
    seed: int,
) -> list[Worth]:
    """Measure what updates are worth, by the number of films they are fitted on, ascending.

    Other patients of the site would have taught another threshold. So intervals are widened, where
    it takes that, to those of a delete-a-group jackknife: a tenth of the patients is left out in
    turn, of those that are fitted on and of those that are measured on.

    Args:
        rows: Columns patient_id, label, split and score of the films of a site.
        cuts: Ways to cut its patients in two.
        update: Numbers of films.
        locked: How scores are read without an update.
        options: The rule of the threshold, and the confidence.
        seed: Seed of the groups.

    Source: Kott 2001, The delete-a-group jackknife, Journal of Official Statistics 17, 521.
    """
    return [_measure(rows, cuts, films, locked, options, seed) for films in sizes_of(cuts, update)]


def _measure(
    rows: pd.DataFrame,
    cuts: Sequence[Cut],
    films: int | None,
    locked: Reading,
    options: EvaluationOptions,
    seed: int,
) -> Worth:
    sample = Sample.of_rows(rows)
    found = measure_worth(rows, cuts, films, locked, options)
    groups = np.random.default_rng(seed).permutation(sample.patients) % _GROUPS
    again = [
        measure_worth(
            rows,
            [cut.without(groups == group, sample.patient) for cut in cuts[:_CUTS_AGAIN]],
            films, locked, options,
        )
        for group in range(_GROUPS)
    ]  # fmt: skip
    return replace(
        found,
        brier=_as_wide(found.brier, [one.brier for one in again], options),
        sensitivity=_as_wide(found.sensitivity, [one.sensitivity for one in again], options),
        specificity=_as_wide(found.specificity, [one.specificity for one in again], options),
        aimed=_as_wide(found.aimed, [_aimed(one, found.aim) for one in again], options),
    )


def _as_wide(change: Change, again: Sequence[Change], options: EvaluationOptions) -> Change:
    """Widen what an update changes to what leaving patients out in turn makes of it."""
    after = [one.after.value for one in again]
    apart = [one.difference.value for one in again]
    return replace(
        change,
        after=_widened(change.after, after, options).mapped(lambda end: min(1.0, max(0.0, end))),
        difference=_widened(change.difference, apart, options),
    )


def _widened(
    estimate: Estimate, again: Sequence[float | None], options: EvaluationOptions
) -> Estimate:
    values = np.array([value for value in again if value is not None])
    if estimate.bounds is None or values.size < 2:
        return estimate
    low, high = estimate.bounds
    spread = np.sqrt((values.size - 1) * np.var(values))
    reach = float(stdtrit(values.size - 1, (1 + options.confidence) / 2) * spread)
    return stretched(estimate, max(1.0, 2 * reach / (high - low)))


def _aimed(worth: Worth, aim: Consequence) -> Change:
    """Return what an update is judged by, whatever its own films say that is."""
    if aim is Consequence.MACRO_RECALL:
        return worth.aimed
    return worth.sensitivity if aim is Consequence.SENSITIVITY else worth.specificity

"""The curve's intervals: as wide as whoever is fitted on makes them, and never narrower."""

import numpy as np
import pytest
from example_updates import LOCKED, films, options

from pneumoscope.evaluation.sample import Sample
from pneumoscope.external.updates.curve import measure_curve
from pneumoscope.external.updates.worth import cut_patients, measure_worth, sizes_of
from pneumoscope.options import SiteUpdateOptions

CUTS = SiteUpdateOptions.model_validate({"films": [25], "cuts": 5})
BOUND = options(rule="min_sensitivity", value=0.9)


def curve_of(rows, rule):
    return measure_curve(rows, cut_patients(Sample.of_rows(rows), CUTS, 0), CUTS, LOCKED, rule, 0)


def curves(rows, rule):
    cuts = cut_patients(Sample.of_rows(rows), CUTS, 0)
    given = [measure_worth(rows, cuts, size, LOCKED, rule) for size in sizes_of(cuts, CUTS)]
    return given, curve_of(rows, rule)


def width(estimate):
    low, high = estimate.bounds
    return high - low


def test_patients_are_left_out_on_both_sides_of_a_cut():
    rows = films(n=60).assign(patient_id=[f"p{i // 2}" for i in range(60)])
    sample = Sample.of_rows(rows)
    (cut, *_) = cut_patients(sample, CUTS, 0)
    gone = np.arange(sample.patients) < 10
    left = cut.without(gone, sample.patient)
    kept = [film for film in cut.order if sample.patient[film] >= 10]
    assert left.order.tolist() == kept
    assert left.rest.tolist() == [film for film in cut.rest if sample.patient[film] >= 10]
    assert left.ends.tolist() == list(range(2, len(kept) + 1, 2))
    nobody = cut.without(np.ones_like(gone), sample.patient)
    assert len(nobody.first(25)) == len(nobody.rest) == 0


def test_a_threshold_that_hangs_on_few_films_widens_what_it_serves_not():
    given, curve = curves(films(n=200, shift=1.0, seed=3), BOUND)
    for one, other in zip(given, curve, strict=True):
        assert width(other.specificity.difference) > 1.5 * width(one.specificity.difference)
        assert other.specificity.difference.value == one.specificity.difference.value
        assert other.specificity.before == one.specificity.before
        assert 0 <= other.specificity.after.low <= other.specificity.after.high <= 1
        assert other.aimed.difference in (
            other.specificity.difference,
            other.sensitivity.difference,
        )


@pytest.mark.parametrize("rule", [options(), BOUND])
def test_no_interval_becomes_narrower(rule):
    given, curve = curves(films(n=120, shift=1.0, seed=5), rule)
    for one, other in zip(given, curve, strict=True):
        for name in ("brier", "sensitivity", "specificity", "aimed"):
            before, after = getattr(one, name), getattr(other, name)
            assert width(after.difference) >= width(before.difference)
            assert after.difference.value == before.difference.value


def test_where_nothing_can_be_fitted_intervals_stay():
    fixed = options(rule="fixed", value=0.5)
    given, curve = curves(films(n=300, prevalence=0.01, seed=2), fixed)
    assert [one.kept for one in curve] == [1.0, 1.0]
    for one, other in zip(given, curve, strict=True):
        assert other.specificity.difference == one.specificity.difference
        assert other.brier.difference == one.brier.difference


def test_equal_seeds_give_equal_curves():
    rows = films(n=100, shift=1.0)
    assert curve_of(rows, BOUND) == curve_of(rows, BOUND)

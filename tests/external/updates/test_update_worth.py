"""What an update is worth: measured on patients that it never saw, each film once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from example_updates import LOCKED, films, options

from pneumoscope.evaluation.sample import Sample
from pneumoscope.external.updates.worth import aim_of, cut_patients, measure_worth, sizes_of
from pneumoscope.naming import Consequence, Recalibration
from pneumoscope.options import SiteUpdateOptions

CUTS = SiteUpdateOptions.model_validate({"films": [100, 25], "cuts": 3})


def paired(rows: pd.DataFrame) -> pd.DataFrame:
    """Give each patient two films."""
    return rows.assign(patient_id=[f"p{i // 2}" for i in range(len(rows))])


def test_patients_are_cut_whole_and_films_come_in_patient_by_patient():
    sample = Sample.of_rows(paired(films(n=120)))
    cuts = cut_patients(sample, CUTS, 0)
    assert len(cuts) == 3
    for cut in cuts:
        assert not set(sample.patient[cut.order]) & set(sample.patient[cut.rest])
        assert sorted([*cut.order, *cut.rest]) == list(range(120))
        assert len(cut.order) == 60
        few, all_of_them = cut.first(25), cut.first(None)
        # The twenty-fifth film is the first of a patient's two.
        assert len(few) == 26
        assert np.array_equal(few, all_of_them[:26])
        assert len(set(sample.patient[few])) == 13
    assert not np.array_equal(cuts[0].order, cuts[1].order)
    assert np.array_equal(cut_patients(sample, CUTS, 0)[2].rest, cuts[2].rest)
    assert sizes_of(cuts, CUTS) == [25, None]


def test_two_patients_are_one_on_either_side():
    rows = films(n=4).assign(patient_id=["a", "a", "b", "b"])
    (cut, *_) = cut_patients(Sample.of_rows(rows), CUTS, 0)
    assert len(cut.order) == len(cut.rest) == 2


def test_a_shift_is_mended_and_each_measure_is_that_of_the_rest():
    rows = films(shift=2.0)
    sample = Sample.of_rows(rows)
    cuts = cut_patients(sample, CUTS, 0)
    worth = measure_worth(rows, cuts[:1], None, LOCKED, options())
    rest = rows.iloc[cuts[0].rest]
    ill = (rest["label"] == "PNEUMONIA").to_numpy()
    called = rest["score"].to_numpy() >= 0.5
    assert worth.sensitivity.before.value == pytest.approx(called[ill].mean())
    assert worth.specificity.before.value == pytest.approx(1 - called[~ill].mean())
    brier = np.square(rest["score"].to_numpy() - ill).mean()
    assert worth.brier.before.value == pytest.approx(brier)
    assert worth.brier.difference.high < 0
    assert worth.specificity.difference.low > 0
    assert worth.aim is Consequence.MACRO_RECALL
    assert worth.aimed.after.value == pytest.approx(
        (worth.sensitivity.after.value + worth.specificity.after.value) / 2
    )
    assert worth.methods[Recalibration.IN_THE_LARGE] == 1.0
    assert (worth.radiographs, worth.patients, worth.kept) == (200, 200, 0)


def test_cuts_are_averaged_film_by_film():
    rows = films(n=160, shift=2.0)
    cuts = cut_patients(Sample.of_rows(rows), CUTS, 0)
    apart = [measure_worth(rows, [cut], 25, LOCKED, options()) for cut in cuts]
    together = measure_worth(rows, cuts, 25, LOCKED, options())
    mean = np.mean([one.brier.after.value for one in apart])
    assert together.brier.after.value == pytest.approx(mean, abs=0.02)
    width = together.brier.after.high - together.brier.after.low
    assert width < min(one.brier.after.high - one.brier.after.low for one in apart)


def test_nothing_to_mend_is_no_difference():
    rows = films(n=300)
    cuts = cut_patients(Sample.of_rows(rows), CUTS, 0)
    worth = measure_worth(rows, cuts, 25, LOCKED, options(rule="fixed", value=0.5))
    assert worth.brier.difference.low <= 0 <= worth.brier.difference.high
    assert worth.methods[Recalibration.NONE] > 0.5


def test_too_few_films_are_counted_as_nothing_fitted():
    rows = films(n=300, shift=2.0, prevalence=0.03, seed=2)
    cuts = cut_patients(Sample.of_rows(rows), CUTS, 0)
    worth = measure_worth(rows, cuts, 25, LOCKED, options())
    assert worth.kept == 1.0
    assert sum(worth.methods.values()) == 0
    assert worth.brier.before == worth.brier.after


@pytest.mark.parametrize(
    ("threshold", "aim"), [(0.99, Consequence.SENSITIVITY), (0.01, Consequence.SPECIFICITY)]
)
def test_a_bound_that_is_missed_is_the_aim_and_one_that_is_kept_is_not(threshold, aim):
    rows = films()
    point = replace(LOCKED.operating_point, threshold=threshold)
    locked = replace(LOCKED, operating_point=point)
    rule = options(rule="min_sensitivity", value=0.9)
    assert aim_of(Sample.of_rows(rows), np.arange(100), locked, rule) is aim
    other = options(rule="min_specificity", value=0.9)
    assert aim_of(Sample.of_rows(rows), np.arange(100), locked, other) is aim

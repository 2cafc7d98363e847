import numpy as np
import pytest

from pneumoscope.evaluation.deficits import deficits
from pneumoscope.evaluation.sample import Sample
from pneumoscope.naming import Metric

SENSITIVITY, SPECIFICITY = Metric.SENSITIVITY, Metric.SPECIFICITY


def sample(label: list, score: list) -> Sample:
    return Sample.of(label, score, np.arange(len(label)))


def test_a_kind_is_compared_with_all_others():
    # Of its two PNEUMONIA one is found, of the other two both; of its NORMAL one of two is spared.
    some = sample([1, 1, 1, 1, 0, 0, 0], [0.9, 0.1, 0.8, 0.7, 0.6, 0.2, 0.3])
    kind = np.array([True, True, False, False, True, True, False])
    found = deficits(some, 0.5, {"virus": kind}, 0.95)["virus"]
    assert found[SENSITIVITY].value == pytest.approx(0.5)
    assert found[SPECIFICITY].value == pytest.approx(0.5)
    assert found[SENSITIVITY].low < 0.5 < found[SENSITIVITY].high


def test_what_the_kind_or_the_rest_lacks_is_not_compared():
    some = sample([1, 1, 0, 0], [0.9, 0.1, 0.6, 0.2])
    kinds = {"ill": np.array([True, False, False, False]), "all": np.ones(4, dtype=bool)}
    found = deficits(some, 0.5, kinds, 0.95)
    assert list(found["ill"]) == [SENSITIVITY]
    assert found["all"] == {}


def test_intervals_widen_with_the_number_of_comparisons():
    rng = np.random.default_rng(1)
    some = sample([1] * 80, rng.random(80))
    kinds = {name: rng.random(80) < 0.5 for name in range(10)}
    alone = deficits(some, 0.5, {0: kinds[0]}, 0.95)[0][SENSITIVITY]
    among = deficits(some, 0.5, kinds, 0.95)[0][SENSITIVITY]
    same = deficits(some, 0.5, {0: kinds[0]}, 0.995)[0][SENSITIVITY]
    assert among.low < alone.low < alone.value == among.value < alone.high < among.high
    assert among.bounds == pytest.approx(same.bounds)


def test_radiographs_of_one_patient_on_both_sides_count_as_of_one():
    # Whoever is found on one side is found on the other: the difference is known well.
    right = np.tile([1.0, 0.0, 1.0, 1.0], 20)
    scores, kind = np.repeat(right, 2), np.tile([True, False], 80)
    patients = np.repeat(np.arange(80), 2)
    within = Sample.of(np.ones(160), scores, patients)
    apart = Sample.of(np.ones(160), scores, np.arange(160))
    near, far = (
        deficits(some, 0.5, {"kind": kind}, 0.95)["kind"][SENSITIVITY] for some in (within, apart)
    )
    assert near.value == far.value == 0
    assert near.high < far.high / 2

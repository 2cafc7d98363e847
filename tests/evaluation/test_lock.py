from dataclasses import replace

import pandas as pd
import pytest
from example_metrics import model_metrics
from example_references import false_alarms

from pneumoscope.errors import InputError
from pneumoscope.evaluation.lock import (
    LockedDistance,
    check_held,
    lock_as_record,
    lock_digest,
    lock_evaluation,
    read_lock,
    renewed,
    splits_digest,
)
from pneumoscope.evaluation.records import ScoredBy
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
VALIDATION = pd.DataFrame(
    {
        "patient_id": list("abcdef"),
        "label": ["NORMAL"] * 3 + ["PNEUMONIA"] * 3,
        "split": "validation",
        "score": [0.1, 0.4, 0.6, 0.35, 0.8, 0.9],
    }
)
SPLITS = pd.DataFrame({"radiograph_id": ["x", "y"], "split": ["validation", "test"]})
MODEL = ScoredBy("1" * 64)


LIMITS = false_alarms("1" * 64)


def locked(options=OPTIONS, validation=VALIDATION, splits=SPLITS, model=MODEL, limits=LIMITS):
    return lock_evaluation(validation, model, limits, splits, options)


def changed(**options):
    return EvaluationOptions.model_validate({"threshold": {"rule": "youden"}, **options})


def test_the_lock_holds_what_validation_chose():
    lock = locked()
    assert lock.operating_point.threshold == pytest.approx(0.7)
    assert (lock.fingerprint, lock.primary_endpoint, lock.revision) == ("1" * 64, "auroc", 1)
    assert read_lock(lock_as_record(lock), "1" * 64) == lock


def test_the_same_again_is_the_same_lock():
    known = lock_as_record(locked())
    assert renewed(locked(), known, relock=False) == locked()
    # Intervals and reports may be made anew as often as one likes.
    again = changed(ece_bins=20, prevalences=[0.1], relock=True)
    assert renewed(locked(again), known, relock=True).revision == 1


def test_another_model_has_a_lock_of_its_own():
    known = lock_as_record(locked())
    other = locked(model=ScoredBy("2" * 64), options=changed(calibration="platt"))
    assert renewed(other, known, relock=False) == other


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"options": changed(threshold={"rule": "max_f1"})}, "evaluation.threshold: "),
        ({"options": changed(primary_endpoint="f1")}, "primary endpoint: auroc then, f1 now"),
        ({"splits": SPLITS.assign(split="test")}, "splits: "),
        ({"validation": VALIDATION.assign(score=VALIDATION["score"] / 2)}, "threshold: 0.7"),
    ],
)
def test_a_change_stops_the_evaluation_and_is_named(now, told):
    known = lock_as_record(locked())
    with pytest.raises(ValueError, match=f"received changes .*{told}.*evaluation.relock=true"):
        renewed(locked(**now), known, relock=False)
    assert renewed(locked(**now), known, relock=True).revision == 2


def test_rounding_of_scores_changes_nothing():
    known = lock_as_record(locked())
    rounded = VALIDATION.assign(score=VALIDATION["score"] + 1e-7)
    kept = renewed(locked(validation=rounded), known, relock=False)
    assert kept == locked()


def test_a_model_that_was_never_locked_is_refused():
    with pytest.raises(ValueError, match=r"expected a lock of the model 222222222222, received"):
        read_lock(lock_as_record(locked()), "2" * 64)


def test_the_digest_of_the_splits_depends_on_rows_and_not_on_their_order():
    assert splits_digest(SPLITS) == splits_digest(SPLITS.iloc[::-1])
    # Oversampling repeats rows of train; the split stays the same.
    assert splits_digest(SPLITS) == splits_digest(pd.concat([SPLITS, SPLITS]))
    assert splits_digest(SPLITS) != splits_digest(SPLITS.assign(split=["test", "test"]))


def measured(lock, **changes):
    point = {"threshold": lock.operating_point.threshold}
    given = {"operating_point": point, "calibration": {"method": "platt"}}
    return model_metrics(given, **changes)


def test_what_was_locked_may_measure_further_films():
    lock = locked()
    # Intervals and reports may be made anew as often as one likes.
    for options in (OPTIONS, changed(ece_bins=20, prevalences=[0.1])):
        check_held(lock, measured(lock), SPLITS, options)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"options": changed(threshold={"rule": "max_f1"})}, "evaluation.threshold: {'rule'"),
        ({"options": changed(calibration="temperature")}, "evaluation.calibration: platt then"),
        ({"options": changed(grey_zone={"shares": [0.4]})}, "evaluation.grey_zone: "),
        ({"options": changed(primary_endpoint="f1")}, "primary endpoint: auroc then, f1 now"),
        ({"splits": SPLITS.assign(split="test")}, "splits: "),
        ({"metrics": {"operating_point": {"threshold": 0.6}}}, "threshold: 0.7 locked, 0.6 meas"),
        ({"metrics": {"lock_revision": 2}}, "lock revision: 1 locked, 2 measured"),
        ({"metrics": {"calibration": {"method": "temperature"}}},
         "calibration: platt locked, temperature measured"),
    ],
)  # fmt: skip
def test_whatever_differs_from_the_lock_is_named(now, told):
    lock = locked()
    with pytest.raises(InputError) as raised:
        check_held(
            lock,
            measured(lock, **now.get("metrics", {})),
            now.get("splits", SPLITS),
            now.get("options", OPTIONS),
        )
    assert told in raised.value.received
    assert raised.value.received.count(";") == 0


def test_equal_locks_have_one_digest():
    assert lock_digest(locked()) == lock_digest(locked())
    others = [
        locked(model=ScoredBy("2" * 64)),
        locked(splits=SPLITS.assign(split="test")),
        locked(options=changed(primary_endpoint="f1")),
    ]
    assert len({lock_digest(lock) for lock in [locked(), *others]}) == 4


def test_the_distance_from_train_is_locked_with_the_share_that_chose_it():
    found = read_lock(lock_as_record(locked()), "1" * 64).out_of_distribution
    assert found == LockedDistance(0.01, 0.01, LIMITS.threshold)
    known = lock_as_record(locked())
    with pytest.raises(ValueError, match=r"false_alarms: 0.01 then, 0.05 now"):
        renewed(locked(limits=replace(LIMITS, asked=0.05)), known, relock=False)
    farther = replace(LIMITS, threshold=LIMITS.threshold + 0.2)
    with pytest.raises(ValueError, match=r"distance from train: 1\.990 then, 2\.190 now"):
        renewed(locked(limits=farther), known, relock=False)
    rounded = replace(LIMITS, threshold=LIMITS.threshold + 0.05)
    assert renewed(locked(limits=rounded), known, relock=False) == locked()


def test_a_model_that_was_locked_without_a_distance_gets_one():
    old = replace(locked(), out_of_distribution=None)
    assert renewed(locked(), lock_as_record(old), relock=False) == locked()


def test_a_threshold_that_found_no_hard_films_is_logged(caplog):
    options = changed(threshold={"rule": "youden", "part": "hard"})
    lock = locked(options, VALIDATION.assign(hard=False))
    assert lock.operating_point.threshold == pytest.approx(0.7)
    assert "The threshold was chosen on all of validation, which has too few hard" in caplog.text
    caplog.clear()
    locked(options, VALIDATION.assign(hard=True))
    assert not caplog.text


def test_a_lock_from_before_hard_films_is_still_the_same():
    plain = lock_as_record(locked())
    record = plain["1" * 64]
    assert "part" not in record["parameters"]["threshold"]
    del record["operating_point"]["part"]
    assert renewed(locked(), plain, relock=False) == locked()

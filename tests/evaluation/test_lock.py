import pandas as pd
import pytest

from pneumoscope.evaluation.lock import (
    lock_as_record,
    lock_evaluation,
    read_lock,
    renewed,
    splits_digest,
)
from pneumoscope.evaluation.records import ScoredBy
from pneumoscope.options import EvaluationOptions

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}, "bootstrap": 0})
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


def locked(options=OPTIONS, validation=VALIDATION, splits=SPLITS, model=MODEL):
    return lock_evaluation(validation, model, splits, options)


def changed(**options):
    return EvaluationOptions.model_validate(
        {"threshold": {"rule": "youden"}, "bootstrap": 0, **options}
    )


def test_the_lock_holds_what_validation_chose():
    lock = locked()
    assert lock.operating_point.threshold == pytest.approx(0.7)
    assert (lock.fingerprint, lock.primary_endpoint, lock.revision) == ("1" * 64, "auroc", 1)
    assert read_lock(lock_as_record(lock), "1" * 64) == lock


def test_the_same_again_is_the_same_lock():
    known = lock_as_record(locked())
    assert renewed(locked(), known, relock=False) == locked()
    # Intervals and reports may be made anew as often as one likes.
    again = changed(bootstrap=500, prevalences=[0.1], relock=True)
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

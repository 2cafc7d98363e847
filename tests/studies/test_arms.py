import pandas as pd

from pneumoscope.naming import Column, Split
from pneumoscope.studies.arms import training_patients


def test_a_classifier_has_the_locked_threshold_of_its_model(arm_of, perfect):
    (found,) = arm_of(perfect).classifiers.values()
    assert (found.name, found.threshold) == ("perfect", 0.5)


def test_a_test_patient_in_train_is_leakage(arm_of, perfect):
    assert arm_of(perfect, trained_on=["p3", "x"]).has_patient_leakage
    # v1 is a patient of validation.
    assert not arm_of(perfect, trained_on=["x", "v1"]).has_patient_leakage


def test_the_rows_of_a_split_stand_in_the_order_of_their_names(perfect):
    rows = perfect.on(Split.TEST)
    assert len(rows) == 8
    shuffled = perfect.scores.sample(frac=1, random_state=0)
    assert type(perfect)("x", shuffled, 0.5).on(Split.TEST).equals(rows)


def test_training_patients_are_those_of_train_alone(six_rows):
    ids = six_rows[Column.RADIOGRAPH_ID]
    split = six_rows[Column.PATIENT_ID].map({"virus-3": Split.TEST.value}).fillna("train")
    splits = pd.DataFrame({Column.RADIOGRAPH_ID: ids, Column.SPLIT: split})
    assert training_patients(splits, six_rows) == set(six_rows[Column.PATIENT_ID]) - {"virus-3"}

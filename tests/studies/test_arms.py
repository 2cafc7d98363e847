import pandas as pd

from pneumoscope.naming import Column, Split
from pneumoscope.studies.arms import readers, training_patients


def test_a_reader_has_the_locked_threshold_of_its_model(arm_of, perfect):
    (reader,) = readers(arm_of(perfect)).values()
    assert (reader.name, reader.threshold) == ("perfect", 0.5)


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

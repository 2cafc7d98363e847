import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.sample import Sample

ROWS = pd.DataFrame(
    {
        "patient_id": ["b", "a", "b"],
        "label": ["PNEUMONIA", "NORMAL", "PNEUMONIA"],
        "score": [0.5, 0.25, 1.0],
    }
)


def test_patients_are_numbered_in_the_order_of_their_keys():
    sample = Sample.of_rows(ROWS)
    assert sample.patient.tolist() == [1, 0, 1]
    assert sample.patients == 2
    assert sample.label.tolist() == [True, False, True]


def test_values_are_summed_and_radiographs_counted_by_patient():
    sample = Sample.of_rows(ROWS)
    assert sample.by_patient(sample.score).tolist() == [0.25, 1.5]
    assert sample.by_patient().tolist() == [1.0, 2.0]
    assert sample.by_patient().dtype == np.float64


def test_a_missing_patient_is_refused():
    with pytest.raises(ValueError, match="each of the 2 radiographs, received 2 with 1 missing"):
        Sample.of([0, 1], [0.2, 0.7], ["a", None])

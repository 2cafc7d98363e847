from types import SimpleNamespace

import numpy as np
from example_metrics import model_metrics

from pneumoscope.evaluation.access import access_row, model_fingerprint

MEASURED = model_metrics(
    model={"fingerprint": "abc"}, operating_point={"threshold": 0.7}, splits={"test": {"n": 624}}
)


class Weight(SimpleNamespace):
    def __array__(self, dtype=None, copy=None):
        return self.values


def model(*values: np.ndarray) -> SimpleNamespace:
    return SimpleNamespace(
        weights=[Weight(path=f"layer/{n}", values=array) for n, array in enumerate(values)]
    )


def test_equal_weights_have_one_fingerprint_and_others_another():
    zeros = model_fingerprint(model(np.zeros((2, 3))))
    assert zeros == model_fingerprint(model(np.zeros((2, 3))))
    changed = [np.zeros((3, 2)), np.zeros((2, 3), np.int64), np.full((2, 3), 1e-300)]
    assert len({zeros, *(model_fingerprint(model(array)) for array in changed)}) == 4


def test_a_row_holds_model_rule_threshold_and_count():
    assert access_row("cnn", MEASURED).to_dict("records") == [
        {"architecture": "cnn", "model": "abc", "rule": "youden", "threshold": 0.7, "n": 624}
    ]


def test_altered_films_are_named_beside_the_rule():
    assert access_row("cnn", MEASURED, altered=True)["rule"].tolist() == ["youden, altered films"]


def test_without_a_test_split_there_is_nothing_to_record():
    row = access_row("cnn", model_metrics(splits={}))
    assert row.empty
    assert list(row) == ["architecture", "model", "rule", "threshold", "n"]

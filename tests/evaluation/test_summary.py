"""The few numbers for `dvc metrics show`: flat, of test, and only those that there are."""

from example_metrics import estimate, model_metrics, split

from pneumoscope.evaluation.summary import summarise


def test_a_dozen_numbers_of_test_in_one_level():
    found = summarise(
        model_metrics(
            operating_point={"threshold": 0.31},
            splits={"test": split(n=40, metrics={"auroc": estimate(0.9, 0.8, 0.95)})},
        )
    )
    assert found == {
        "n": 40, "threshold": 0.31, "auroc": 0.9, "accuracy": 0.75, "sensitivity": 0.75,
        "specificity": 0.75, "f1": 0.75, "average_precision": 0.75, "brier": 0.75, "ece": 0.75,
        "auroc_low": 0.8, "auroc_high": 0.95,
    }  # fmt: skip


def test_what_is_undefined_is_left_out():
    without = split(metrics={"auroc": estimate(None, reason="one class alone")})
    found = summarise(model_metrics(splits={"test": without}))
    assert not {"auroc", "auroc_low", "auroc_high"} & set(found)
    assert found["accuracy"] == 0.75

"""The few numbers that DVC compares: by model, of test, and only those that there are."""

from example_metrics import estimate, model_metrics, split

from pneumoscope.evaluation.summary import summarise


def of(**metrics):
    return model_metrics(splits={"test": split(metrics=metrics)})


def test_three_numbers_of_each_model():
    measured = {
        "cnn": of(auroc=estimate(0.9, 0.8, 0.95), sensitivity=estimate(0.7)),
        "mlp": of(specificity=estimate(0.6)),
    }
    assert summarise(measured) == {
        "cnn": {"auroc": 0.9, "sensitivity": 0.7, "specificity": 0.75},
        "mlp": {"auroc": 0.75, "sensitivity": 0.75, "specificity": 0.6},
    }


def test_what_is_undefined_is_left_out():
    found = summarise({"cnn": of(auroc=estimate(None, reason="one class alone"))})
    assert found == {"cnn": {"sensitivity": 0.75, "specificity": 0.75}}

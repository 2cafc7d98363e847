import pytest
from example_metrics import model_metrics
from example_records import training_record

from pneumoscope.evaluation.ensembles import ensemble_fingerprint
from pneumoscope.evaluation.records import ModelMetrics, ScoredBy
from pneumoscope.inference.evaluated import check_evaluated, check_prepared
from pneumoscope.models.training.record import describe_preprocessing
from pneumoscope.options import PreprocessingOptions

SCORED_BY = {"cnn": ScoredBy("1" * 64), "mlp": ScoredBy("2" * 64)}
LOADED = {"cnn": "1" * 64, "mlp": "2" * 64}
PREPROCESSING = PreprocessingOptions.model_validate({"size": [32, 32], "fit": "squash"})
RECORD = training_record(preprocessing=describe_preprocessing(PREPROCESSING, 64))


def metrics(fingerprint: str) -> ModelMetrics:
    return model_metrics(model={"fingerprint": fingerprint})


def one(name: str, found: dict) -> dict:
    return {name: found[name]}


def test_the_models_that_were_evaluated_pass():
    check_evaluated(one("cnn", LOADED), one("cnn", SCORED_BY), metrics("1" * 64))
    together = ensemble_fingerprint(SCORED_BY).fingerprint
    check_evaluated(LOADED, SCORED_BY, metrics(together))


def test_a_model_trained_anew_is_refused():
    with pytest.raises(ValueError, match=r"the model cnn .* \(111111111111\), received another"):
        check_evaluated({"cnn": "3" * 64}, one("cnn", SCORED_BY), metrics("1" * 64))


def test_scores_measured_before_the_latest_scoring_are_refused():
    with pytest.raises(ValueError, match=r"the model of the metrics .*--pipelines=evaluation"):
        check_evaluated(one("cnn", LOADED), one("cnn", SCORED_BY), metrics("4" * 64))
    with pytest.raises(ValueError, match="the model of the metrics"):
        check_evaluated(LOADED, SCORED_BY, metrics("1" * 64))


def test_the_preprocessing_of_training_passes_whatever_the_batch_size():
    same = PREPROCESSING.model_copy(update={"batch_size": 3})
    check_prepared({"cnn": RECORD}, same, 64)


def test_another_preprocessing_is_refused_and_named():
    other = PreprocessingOptions.model_validate({"size": [32, 32], "fit": "crop"})
    with pytest.raises(ValueError, match=r"cnn was trained with, .*\(fit: squash then, crop now\)"):
        check_prepared({"cnn": RECORD}, other, 64)


def test_films_decoded_to_another_size_are_refused():
    with pytest.raises(ValueError, match=r"\(working_side: 64 then, 128 now\)"):
        check_prepared({"cnn": RECORD}, PREPROCESSING, 128)

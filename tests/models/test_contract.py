"""The contract beside a saved model, and that the model needs nothing but Keras."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from example_metrics import model_metrics
from example_records import RECORD
from example_references import contracted, false_alarms
from pydantic import TypeAdapter

from pneumoscope import NOTICE
from pneumoscope.datasets.keras_model import KerasModelDataset
from pneumoscope.datasets.record import RecordDataset
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.models.architectures import registry
from pneumoscope.models.contract import ensemble_contract, model_contract
from pneumoscope.models.records import ModelContract, PrecisionChoice
from pneumoscope.models.training.record import Origin, describe_training_data, training_record
from pneumoscope.options import (
    AugmentationOptions,
    FittingOptions,
    ModelOptions,
    PreprocessingOptions,
    Recipe,
)
from pneumoscope.out_of_distribution.records import Contracted
from pneumoscope.provenance import Sources

SHAPE = (18, 16, 1)
ROWS = pd.DataFrame(
    {
        "radiograph_id": ["a", "b", "c"],
        "patient_id": ["p", "p", "q"],
        "source": ["folder", "phantoms", "folder"],
        "sha256": ["1a", "2b", "3c"],
        "label": ["NORMAL", "PNEUMONIA", "PNEUMONIA"],
        "sample_weight": [1.5, 0.75, 0.75],
    }
)
HISTORY = pd.DataFrame({"epoch": [1, 2, 3], "kept": [False, True, False]})
PRECISION = PrecisionChoice("float32", "set by fitting.precision")


def options(**changes: object) -> ModelOptions:
    return ModelOptions.model_validate({"architecture": "mlp", "units": [4], **changes})


@pytest.fixture(scope="module")
def model():
    return registry.build(options(), SHAPE, seed=1)


@pytest.fixture(scope="module")
def origin() -> Origin:
    preprocessing = PreprocessingOptions.model_validate({"size": [18, 16], "fit": "squash"})
    fitting = FittingOptions(epochs=3, seed=11)
    recipe = Recipe(model=options(), augmentation=AugmentationOptions(), fitting=fitting)
    return Origin(recipe, preprocessing, 64, 7)


@pytest.fixture(scope="module")
def record(model, origin):
    return training_record(model, HISTORY, ROWS, origin, PRECISION)


def metrics(fingerprint: str, **named: object) -> ModelMetrics:
    return model_metrics(
        model={"fingerprint": fingerprint, **named},
        operating_point={"threshold": 0.4},
        calibration={"map": {"slope": 1 / 1.3, "intercept": 0.0}},
    )


def test_the_training_data_are_counted_and_hashed_by_content_not_by_order() -> None:
    described = describe_training_data(ROWS)
    assert described.radiographs == 3
    assert described.patients == 2
    assert described.classes == {"NORMAL": 1, "PNEUMONIA": 2}
    assert describe_training_data(ROWS.iloc[::-1]) == described
    for column, value in (("sha256", "other"), ("label", "NORMAL"), ("sample_weight", 1.0)):
        changed = ROWS.copy()
        changed.loc[2, column] = value
        assert describe_training_data(changed).sha256 != described.sha256
    assert describe_training_data(ROWS.iloc[:2]).sha256 != described.sha256


def test_the_record_says_where_the_model_comes_from(model, record) -> None:
    assert record.fingerprint == model_fingerprint(model)
    assert record.seed == 11
    assert (record.best_epoch, record.epochs) == (2, 3)
    assert record.precision == PRECISION
    assert record.synthetic is True
    assert record.data.sources == Sources(phantoms=1, folder=2)
    assert record.preprocessing["size"] == [18, 16]
    assert record.preprocessing["working_side"] == 64
    assert record.parameters["model"] == {
        "architecture": "mlp", "side": None, "units": [4], "dropout": 0.0, "l2": 0.0,
        "batch_norm": False,
    }  # fmt: skip
    assert record.parameters["fitting"]["epochs"] == 3
    assert record.started_from.source == "random"
    assert record.keras.image_data_format == "channels_last"
    assert {"python", "pneumoscope", "keras", "numpy"} < set(record.packages)


def test_a_record_comes_back_from_its_file_as_it_was(record, tmp_path) -> None:
    dataset = RecordDataset(
        filepath=str(tmp_path / "training.json"), record="pneumoscope.models.records.TrainingRecord"
    )
    dataset.save(record)
    assert dataset.load() == record


def test_starting_weights_are_named_and_hashed_without_their_path(model, origin, tmp_path) -> None:
    path = tmp_path / "mine.weights.h5"
    path.write_bytes(b"weights")
    own = ModelOptions.model_validate({"architecture": "vgg16", "weights": str(path)})
    changed = replace(origin, recipe=origin.recipe.model_copy(update={"model": own}))
    record = training_record(model, HISTORY, ROWS, changed, PRECISION)
    assert record.started_from.source == "mine.weights.h5"
    # As `printf weights | sha256sum` prints it.
    assert record.started_from.sha256.startswith("9a129038d9a00aed")
    assert record.started_from.licence is None
    assert str(tmp_path) not in str(record)


def test_a_contract_says_what_the_model_takes_and_gives(model, record) -> None:
    contract = model_contract(
        "plain", model, metrics(record.fingerprint), record, contracted(record.fingerprint)
    )
    plain = TypeAdapter(ModelContract).dump_python(contract, mode="json", warnings="error")
    assert plain["contract"] == 2
    assert plain["name"] == "plain"
    assert plain["notice"] == NOTICE
    assert plain["input"]["shape"] == [None, 18, 16, 1]
    assert plain["input"]["dtype"] == "uint8"
    assert plain["output"]["shape"] == [None, 1]
    assert plain["classes"] == ["NORMAL", "PNEUMONIA"]
    assert plain["operating_point"]["threshold"] == 0.4
    assert plain["calibration"] == {
        "method": "temperature", "prevalence": 0.5, "reason": None,
        "map": {"slope": 1 / 1.3, "intercept": 0.0},
    }  # fmt: skip
    assert plain["training"]["architecture"] == "mlp"
    assert plain["training_note"] is None
    written = json.dumps(plain, allow_nan=False)
    assert TypeAdapter(ModelContract).validate_json(written).training == record


def test_an_older_model_is_not_given_the_origin_of_a_newer_one(record) -> None:
    older = registry.build(options(), SHAPE, seed=2)
    measured = metrics(model_fingerprint(older))
    contract = model_contract(
        "plain", older, measured, record, contracted(measured.model.fingerprint)
    )
    assert contract.fingerprint == measured.model.fingerprint != record.fingerprint
    assert contract.training is None
    assert "--load-versions=model_plain:<version>,plain.training_record" in contract.training_note


def test_metrics_of_another_model_are_refused(model, record) -> None:
    with pytest.raises(ValueError, match=r"received those of another \(000000000000\). Run the"):
        model_contract("plain", model, metrics("0" * 64), record, contracted("0" * 64))


def test_an_ensemble_lists_its_members() -> None:
    contract = ensemble_contract(
        "both", metrics("e", members={"one": "a", "two": "b"}), Contracted(false_alarms("e"))
    )
    assert contract.members == {"one": "a", "two": "b"}
    assert contract.operating_point.rule == "youden"
    assert contract.input is None
    assert contract.training is None


LOAD = """
import sys
sys.modules["pneumoscope"] = None
import keras, numpy
model = keras.saving.load_model(sys.argv[1], compile=False, safe_mode=True)
films = numpy.load(sys.argv[2])
print(repr([float(score) for score in numpy.asarray(model(films))[:, 0]]))
"""


@pytest.mark.slow
def test_a_saved_model_gives_its_scores_where_only_keras_is_installed(tmp_path: Path) -> None:
    model = registry.build(options(architecture="mlp", side=16), SHAPE, seed=2)
    KerasModelDataset(filepath=str(tmp_path / "model.keras")).save(model)
    films = np.random.default_rng(0).integers(0, 256, (3, *SHAPE)).astype(np.uint8)
    np.save(tmp_path / "films.npy", films)
    files = [str(tmp_path / name) for name in ("model.keras", "films.npy")]
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD, *files], capture_output=True, text=True, check=True
    )
    np.testing.assert_array_equal(json.loads(loaded.stdout), np.asarray(model(films))[:, 0])


@pytest.mark.parametrize(
    ("preprocessing", "less"),
    [
        ({"fit": "squash", "border_crop": 0.0}, False), ({"fit": "letterbox"}, False), ({}, False),
        ({"fit": "squash", "border_crop": 0.05}, True), ({"fit": "crop", "border_crop": 0.0}, True),
    ],
)  # fmt: skip
def test_a_record_tells_whether_a_model_sees_whole_films(preprocessing, less):
    assert replace(RECORD, preprocessing=preprocessing).sees_less_than_whole_films is less

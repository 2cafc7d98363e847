"""The model of a finished run: its export while that is proven, else Keras, and never unlocked."""

import json
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from example_exports import INGESTION, evaluated, exported, folder_of_films, small
from example_predictors import EXPLANATION

from pneumoscope.datasets.keras_model import KerasModelDataset
from pneumoscope.datasets.record import RecordDataset
from pneumoscope.errors import InputError
from pneumoscope.evaluation.lock import Lock, LockedDistance, lock_as_record
from pneumoscope.inference.finished_run import FinishedRun, WithKeras, predictor_of_file
from pneumoscope.models.contract import ensemble_contract, model_contract
from pneumoscope.naming import Metric
from pneumoscope.options import InferenceOptions
from pneumoscope.out_of_distribution.records import Contracted

pytest.importorskip("tf2onnx", reason="needs the extra `export`")
pytest.importorskip("onnxruntime", reason="needs the extra `export`")

__all__ = ["evaluated", "exported", "folder_of_films", "small"]

KERAS = WithKeras(INGESTION, InferenceOptions(), EXPLANATION, 1)


def left_by(films, results: Path, name: str = "cnn") -> FinishedRun:
    """Write what a run of these models leaves."""
    for own, model in films.models.items():
        reference = films.references[own]
        limits = replace(films.limits, fingerprint=reference.fingerprint)
        metrics = replace(
            films.metrics, model=replace(films.metrics.model, fingerprint=reference.fingerprint)
        )
        record = films.members[f"training_record_{own}"]
        contract = model_contract(own, model, metrics, record, Contracted(limits, reference))
        save_contract(results, own, contract)
        folder = results / "06_models" / own / "model.keras" / "2026-01-01T00.00.00.000Z"
        KerasModelDataset(str(folder / "model.keras")).save(model)
    if len(films.models) > 1:
        joined = ensemble_contract(name, films.metrics, Contracted(films.limits))
        members = {own: one.fingerprint for own, one in films.references.items()}
        save_contract(results, name, replace(joined, members=members))
    record = RecordDataset(
        str(results / "08_reporting" / name / "metrics.json"),
        "pneumoscope.evaluation.records.ModelMetrics",
    )
    record.save(films.metrics)
    lock(films, results)
    return FinishedRun(results)


def save_contract(results: Path, name: str, contract) -> None:
    folder = results / "06_models" / name / "model.json" / "2026-01-01T00.00.00.000Z"
    kind = "pneumoscope.models.records.ModelContract"
    RecordDataset(str(folder / "model.json"), kind).save(contract)


def lock(films, results: Path, **changes) -> None:
    limits = films.limits
    distance = LockedDistance(limits.asked, limits.promised, limits.threshold)
    known = Lock(
        films.fingerprint, "s" * 64, {}, Metric.AUROC, films.metrics.operating_point,
        out_of_distribution=distance,
    )  # fmt: skip
    (results / "locks.json").write_text(json.dumps(lock_as_record(replace(known, **changes))))


@pytest.fixture
def run(exported, tmp_path) -> FinishedRun:
    films, bundle = exported
    place = tmp_path / "06_models" / "cnn" / "exchange"
    place.mkdir(parents=True)
    shutil.copy(bundle / "model.onnx", place)
    return left_by(films, tmp_path)


def read(predictor, folder: Path, *names: str):
    return [predictor.read(name, (folder / name).read_bytes) for name in names]


def test_the_proven_export_predicts_and_keras_predicts_the_same(run, exported, folder_of_films):
    films, _ = exported
    exporting = run.predictor()
    assert exporting.runtime.startswith("onnxruntime ")
    assert exporting.note == ""
    (run.results / "06_models/cnn/exchange/model.onnx").unlink()
    keras = run.predictor("cnn", KERAS)
    assert keras.runtime.startswith("keras ")
    assert keras.note.startswith("Scored by Keras: cnn was not exported.")
    names = [*films.decoded, "empty.png"]
    by_export, by_keras = (
        one.predict(read(one, folder_of_films, *names)) for one in (exporting, keras)
    )
    for ours, theirs in zip(by_export, by_keras, strict=True):
        assert ours.path == theirs.path
        assert ours.reason == theirs.reason
        if ours.reason:
            assert ours.score is theirs.score is None
            continue
        assert ours.score == pytest.approx(theirs.score, abs=5e-3)
        assert ours.out_of_distribution == theirs.out_of_distribution
        assert ours.out_of_distribution_distance == pytest.approx(
            theirs.out_of_distribution_distance, rel=5e-3, abs=5e-3
        )
        assert ours.out_of_distribution_reason == theirs.out_of_distribution_reason
        assert ours.prediction == theirs.prediction
    assert {one.out_of_distribution for one in by_export} == {True, False, None}


def test_without_an_export_keras_is_not_started_unasked(run):
    (run.results / "06_models/cnn/exchange/model.onnx").unlink()
    with pytest.raises(InputError, match=r"cnn was not exported\. Export it: kedro export --model"):
        run.predictor("cnn")
    with pytest.raises(InputError, match=r"one exported model below .* received none"):
        run.predictor()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("weights", "has evaluated other weights"),
        ("threshold", "has locked another threshold"),
        ("distance", "has locked another distance from train"),
    ],
)
def test_an_export_that_is_out_of_date_is_not_used_and_said_to_be(
    run, exported, evaluated, small, change, said
):
    films, _ = exported
    if change == "weights":
        films = evaluated({"cnn": small("cnn", 9)}, fit="letterbox")
        shutil.rmtree(run.results / "06_models/cnn/model.keras")
    elif change == "threshold":
        films = replace(films, threshold=films.threshold + 0.001)
    left_by(films, run.results)
    if change == "distance":
        lock(films, run.results, out_of_distribution=LockedDistance(0.4, 0.4, 99.0))
    with pytest.raises(InputError, match=f"{said}.* since cnn .* was exported. Export it"):
        run.predictor("cnn")
    with pytest.raises(InputError, match=said):
        predictor_of_file(run.results / "06_models/cnn/exchange/model.onnx")
    found = run.predictor("cnn", KERAS)
    assert found.runtime.startswith("keras ")
    assert said in found.note
    assert found.contract.fingerprint == films.fingerprint
    assert found.locked.threshold == films.threshold


def test_a_model_without_a_lock_predicts_nothing(run):
    (run.results / "locks.json").unlink()
    for keras in (None, KERAS):
        with pytest.raises(InputError, match="its threshold was not fixed before test"):
            run.predictor("cnn", keras)


def test_a_model_that_was_not_evaluated_is_told(run):
    with pytest.raises(InputError, match="none of that name; there are cnn"):
        run.predictor("vgg16", KERAS)


def test_the_weights_that_were_evaluated_are_found_among_newer_ones(run, small, exported):
    (run.results / "06_models/cnn/exchange/model.onnx").unlink()
    newer = run.results / "06_models/cnn/model.keras/2026-02-02T00.00.00.000Z/model.keras"
    KerasModelDataset(str(newer)).save(small("cnn", 4))
    found = run.predictor("cnn", KERAS)
    assert found.contract.fingerprint == exported[0].fingerprint
    film = exported[0].decoded["1.png"]
    assert found.scorer.score([film]).scores == pytest.approx(exported[0].scores[1], abs=1e-6)


def test_an_ensemble_predicts_in_keras_by_its_members(evaluated, small, tmp_path):
    films = evaluated({"a": small("mlp", 1), "b": small("cnn", 2)})
    found = left_by(films, tmp_path, "both").predictor("both", KERAS)
    scored = found.scorer.score(list(films.decoded.values()))
    assert scored.scores == pytest.approx(films.scores, abs=1e-6)
    told = found.score(films.decoded, list(films.decoded))
    assert told["out_of_distribution_distance"].to_numpy() == pytest.approx(
        films.distance, abs=1e-3
    )


def test_maps_come_with_what_the_model_saw_or_with_why_there_are_none(run, folder_of_films):
    predictor = run.predictor()
    (film,) = predictor.predict(read(predictor, folder_of_films, "1.png"), maps=True)
    assert film.seen.shape == (40, 36)
    assert film.attribution is None
    assert film.attribution_method.startswith("none: ")
    keras = run.predictor("cnn", KERAS)
    assert keras.runtime.startswith("onnxruntime ")
    (film,) = keras.predict(read(keras, folder_of_films, "1.png"), maps=True)
    assert film.attribution.shape == film.seen.shape
    assert film.attribution.max() == 1.0
    keras.keras().models["cnn"].get_layer("score").set_weights([np.zeros((8, 1)), np.zeros(1)])
    (empty,) = keras.predict(read(keras, folder_of_films, "1.png"), maps=True)
    assert empty.attribution is None
    assert empty.attribution_method.startswith("none: no place of the film shows what spoke for ")
    (bare,) = keras.predict(read(keras, folder_of_films, "1.png"))
    assert bare.seen is bare.attribution is None
    json.dumps(film.plain(), allow_nan=False)


def test_several_threads_predict_what_one_does(run, folder_of_films, exported):
    predictor = run.predictor()
    names = [*exported[0].decoded, "empty.png", "text.jpeg"]
    alone = predictor.predict(read(predictor, folder_of_films, *names))
    found: list = []

    def work() -> None:
        for _ in range(3):
            found.append(predictor.predict(read(predictor, folder_of_films, *names)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert all(one == alone for one in found)


def test_the_export_is_loaded_without_tensorflow_and_kedro(run):
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from pneumoscope.inference.finished_run import FinishedRun\n"
        "FinishedRun(Path(sys.argv[1])).predictor()\n"
        "print([name for name in ('tensorflow', 'keras', 'kedro') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(run.results)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert np.isfinite(run.predictor().limits.threshold)

"""New radiographs from a folder without classes, through each node of the inference."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from example_metrics import model_metrics
from example_predictors import EXPLANATION, in_memory
from example_records import training_record
from example_references import false_alarms, reference

from pneumoscope import NOTICE
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.errors import InputError
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.ensembles import ensemble_fingerprint
from pneumoscope.evaluation.records import ModelMetrics, ScoredBy
from pneumoscope.inference.predictions import SYNTHETIC_FILM, SYNTHETIC_MODEL
from pneumoscope.inference.predictor import Predictor
from pneumoscope.models.architectures.registry import build
from pneumoscope.models.training.record import describe_preprocessing
from pneumoscope.options import (
    DecodingOptions,
    InferenceOptions,
    ModelOptions,
    PreprocessingOptions,
)
from pneumoscope.pipelines.inference import nodes

NO_KEY = None
"""What no film that is no DICOM asks for."""

SIZE = PreprocessingOptions.model_validate({"size": [16, 16], "fit": "squash"})
DECODING = DecodingOptions(
    working_side=128, max_megabytes=64, max_megapixels=80, max_aspect=8, max_scans=64
)


@pytest.fixture(scope="module")
def decoded(encode, ingestion_options, tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    rng = np.random.default_rng(3)
    for n, place in enumerate(["a.jpg", "ward 3/b.png", "ward 3/2024/c.jpeg"]):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        image = rng.integers(0, 256, (40 + n, 50), dtype=np.uint8)
        (folder / place).write_bytes(encode(image, "PNG" if place.endswith("png") else "JPEG"))
    (folder / "empty.png").write_bytes(b"")
    (folder / "notes.txt").write_text("seen by Dr. K.")
    dataset = DecodedRadiographsDataset(str(tmp_path_factory.mktemp("decoded") / "films"))
    films = RadiographFolderDataset(str(folder)).load()
    dataset.save(nodes.scan_new_radiographs(films, ingestion_options, NO_KEY, None))
    return dataset.load()


@pytest.mark.parametrize("names", [[], [".DS_Store", "notes.txt"]])
def test_a_folder_without_a_film_replaces_no_predictions(names, ingestion_options, one, tmp_path):
    (tmp_path / "films").mkdir()
    for name in names:
        (tmp_path / "films" / name).write_text("no film")
    films = RadiographFolderDataset(str(tmp_path / "films")).load()
    dataset = DecodedRadiographsDataset(str(tmp_path / "decoded"))
    dataset.save(nodes.scan_new_radiographs(films, ingestion_options, NO_KEY, None))
    with pytest.raises(InputError, match=rf"received {len(names)} files?, none of"):
        nodes.score_new_radiographs(dataset.load(), one)


def network(seed: int) -> keras.Model:
    options = ModelOptions.model_validate({"architecture": "mlp", "units": [4]})
    return build(options, (16, 16, 1), seed, "float32")


def metrics(fingerprint: str) -> ModelMetrics:
    return model_metrics(
        model={"fingerprint": fingerprint},
        operating_point={"threshold": 0.5, "low": 0.4, "high": 0.6},
        calibration={"map": None, "reason": "0.5 separates the classes"},
    )


def predictor_of(**seeds: int) -> Predictor:
    models = {name: network(seed) for name, seed in seeds.items()}
    own = {name: ScoredBy(model_fingerprint(model)) for name, model in models.items()}
    (first, *others) = own.values()
    fingerprint = ensemble_fingerprint(own).fingerprint if others else first.fingerprint
    return in_memory(models, metrics(fingerprint), SIZE, DECODING)


@pytest.fixture(scope="module")
def one() -> Predictor:
    return predictor_of(one=1)


@pytest.fixture(scope="module")
def scored(decoded, one):
    return nodes.score_new_radiographs(decoded, one)


def test_the_model_is_checked_before_it_is_loaded(ingestion_options, one):
    record = training_record(preprocessing=describe_preprocessing(SIZE, 128))
    fingerprint = "1" * 64
    asked = []

    class Run:
        def predictor(self, name, keras):
            asked.append((name, keras.decoding))
            return one

    given = {
        "run": Run(), "metrics": metrics(fingerprint), "false_alarms": false_alarms(fingerprint),
        "options": InferenceOptions(prevalence=None), "ingestion": ingestion_options,
        "preprocessing": SIZE, "explanation": EXPLANATION, "seed": 1,
        "scored_by_cnn": ScoredBy(fingerprint), "training_record_cnn": record,
        "reference_cnn": reference(fingerprint),
    }  # fmt: skip
    load = nodes.predictor_chooser("cnn")
    other = ingestion_options.model_copy(update={"working_side": 64})
    for changed, match in [
        ({"ingestion": other}, "working_side: 128 then, 64 now"),
        (
            {"training_record_cnn": replace(record, fingerprint="2" * 64)},
            "the model cnn to be the one that was evaluated",
        ),
        ({"false_alarms": false_alarms("3" * 64)}, "the model of the distance to be the one"),
        ({"reference_cnn": reference("4" * 64)}, "the model that cnn's films were described by"),
    ]:
        with pytest.raises(ValueError, match=match):
            load(**{**given, **changed})
    assert asked == []
    found = load(**given)
    assert asked == [("cnn", ingestion_options)]
    # Threshold and zone are those that this run asks for.
    assert (found.locked.model, found.locked.fingerprint) == ("cnn", fingerprint)


def test_every_file_of_any_layout_has_a_row_and_only_films_a_score(scored):
    assert scored["path"].tolist() == [
        "a.jpg", "empty.png", "notes.txt", "ward 3/2024/c.jpeg", "ward 3/b.png",
    ]  # fmt: skip
    assert scored["score"].isna().tolist() == [False, True, True, False, False]
    assert scored.loc[1, "reason"] == "the file is empty (0 bytes)"
    assert scored.loc[2, "reason"].startswith("not a radiograph")


def test_an_ensemble_gives_the_mean_of_its_members(decoded, scored):
    second = nodes.score_new_radiographs(decoded, predictor_of(two=2))
    mean = nodes.score_new_radiographs(decoded, predictor_of(one=1, two=2))
    expected = (scored["score"] + second["score"]) / 2
    assert mean["score"].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6, nan_ok=True)
    assert mean["score"].dropna().tolist() != scored["score"].dropna().tolist()


def test_a_folder_without_a_film_is_told_and_nothing_is_scored(decoded, one):
    class Nothing(dict):
        files = decoded.files[decoded.files["reason"] != ""]

    found = nodes.score_new_radiographs(Nothing(), one)
    assert len(found) == 2
    assert found["score"].isna().all()


def predicted(scored, one, synthetic=False):
    changed = replace(one, synthetic=synthetic)
    return nodes.write_predictions(scored, changed, metrics(one.locked.fingerprint))


def test_predictions_name_the_model_and_the_notice(scored, one, caplog):
    with caplog.at_level("INFO", logger=nodes.__name__):
        found = predicted(scored, one)
    assert len(found) == len(scored)
    assert set(found["model"]) == {"one"}
    assert set(found["notice"]) == {NOTICE}
    assert "5 files: " in caplog.text
    assert "2 not read, each with its reason" in caplog.text
    assert "Files that were not read: 1 (1 .png)." in caplog.text
    assert "the scores of one have no calibration (0.5 separates" in caplog.text


def test_films_unlike_those_of_train_are_told_and_only_then(scored, one, caplog):
    usual = scored.assign(out_of_distribution=[False, np.nan, np.nan, False, False])
    with caplog.at_level("INFO", logger=nodes.__name__):
        predicted(usual, one)
    assert "unlike those that the model was trained on" not in caplog.text
    assert "; 0 out of distribution;" in caplog.text
    odd = usual.assign(out_of_distribution=[True, np.nan, np.nan, False, False])
    with caplog.at_level("INFO", logger=nodes.__name__):
        predicted(odd, one)
    assert "1 of 3 films is unlike those that the model was trained on: a.jpg. Of" in caplog.text
    assert "at most 1.0% are expected to be flagged in error." in caplog.text
    assert "was asked for" not in caplog.text


def test_what_is_synthetic_follows_from_the_model_and_films_alone(scored, one):
    found = predicted(scored, one, synthetic=True)
    assert set(found["notice"]) == {f"{NOTICE} {SYNTHETIC_MODEL}"}
    mixed = scored.assign(source=["phantoms", "", "folder", "archive", "folder"])
    notices = predicted(mixed, one)["notice"]
    assert notices.tolist() == [f"{NOTICE} {SYNTHETIC_FILM}", *[NOTICE] * 4]

"""New radiographs from a folder without classes, through each node of the inference."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from example_metrics import model_metrics
from example_records import training_record
from example_references import false_alarms, reference

from pneumoscope import NOTICE
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.errors import InputError
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.ensembles import ensemble_fingerprint
from pneumoscope.evaluation.records import ModelMetrics, ScoredBy
from pneumoscope.inference.predictions import SYNTHETIC_FILM
from pneumoscope.models.architectures.registry import build
from pneumoscope.models.training.record import describe_preprocessing
from pneumoscope.options import (
    EvaluationOptions,
    InferenceOptions,
    ModelOptions,
    PreprocessingOptions,
)
from pneumoscope.out_of_distribution.records import FalseAlarms
from pneumoscope.pipelines.inference import nodes

NO_KEY = None
"""What no film that is no DICOM asks for."""

SIZE = PreprocessingOptions.model_validate({"size": [16, 16], "fit": "squash"})
EVALUATION = EvaluationOptions.model_validate(
    {"threshold": {"rule": "youden"}, "bootstrap": 0, "batch_size": 2}
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
    dataset.save(nodes.scan_new_radiographs(films, ingestion_options, NO_KEY, model_checked=True))
    return dataset.load()


@pytest.mark.parametrize("names", [[], [".DS_Store", "notes.txt"]])
def test_a_folder_without_a_film_replaces_no_predictions(names, ingestion_options, one, tmp_path):
    (tmp_path / "films").mkdir()
    for name in names:
        (tmp_path / "films" / name).write_text("no film")
    films = RadiographFolderDataset(str(tmp_path / "films")).load()
    dataset = DecodedRadiographsDataset(str(tmp_path / "decoded"))
    dataset.save(nodes.scan_new_radiographs(films, ingestion_options, NO_KEY, model_checked=True))
    measured = evaluated(one["scored_by_one"].fingerprint)
    with pytest.raises(InputError, match=rf"received {len(names)} files?, none of"):
        nodes.score_new_radiographs(dataset.load(), *measured, SIZE, EVALUATION, **one)


def member(name: str, seed: int) -> dict:
    options = ModelOptions.model_validate({"architecture": "mlp", "units": [4]})
    model = build(options, (16, 16, 1), seed, "float32")
    fingerprint = model_fingerprint(model)
    return {
        f"model_{name}": model,
        f"scored_by_{name}": ScoredBy(fingerprint),
        f"reference_{name}": reference(fingerprint),
    }


def metrics(fingerprint: str) -> ModelMetrics:
    return model_metrics(
        model={"fingerprint": fingerprint},
        operating_point={"threshold": 0.5, "low": 0.4, "high": 0.6},
        calibration={"map": None, "reason": "0.5 separates the classes"},
    )


def evaluated(fingerprint: str) -> tuple[ModelMetrics, FalseAlarms]:
    return metrics(fingerprint), false_alarms(fingerprint)


@pytest.fixture(scope="module")
def one() -> dict:
    return member("one", 1)


@pytest.fixture(scope="module")
def scored(decoded, one):
    measured = evaluated(one["scored_by_one"].fingerprint)
    return nodes.score_new_radiographs(decoded, *measured, SIZE, EVALUATION, **one)


def test_the_model_is_checked_before_a_film_is_read(ingestion_options):
    record = training_record(preprocessing=describe_preprocessing(SIZE, 128))
    given = {
        "scored_by_cnn": ScoredBy("1" * 64),
        "training_record_cnn": record,
        "reference_cnn": reference("1" * 64),
    }
    same = evaluated("1" * 64)
    assert nodes.check_model(*same, SIZE, 128, **given) is True
    with pytest.raises(ValueError, match="working_side: 128 then, 64 now"):
        nodes.check_model(*same, SIZE, 64, **given)
    retrained = given | {"training_record_cnn": replace(record, fingerprint="2" * 64)}
    with pytest.raises(ValueError, match="the model cnn to be the one that was evaluated"):
        nodes.check_model(*same, SIZE, 128, **retrained)
    with pytest.raises(ValueError, match="the model of the distance to be the one"):
        nodes.check_model(same[0], false_alarms("3" * 64), SIZE, 128, **given)
    with pytest.raises(ValueError, match="the model that cnn's films were described by"):
        nodes.check_model(*same, SIZE, 128, **{**given, "reference_cnn": reference("4" * 64)})
    with pytest.raises(ValueError, match="checked before films are read"):
        nodes.scan_new_radiographs({}, ingestion_options, NO_KEY, model_checked=False)


def test_every_file_of_any_layout_has_a_row_and_only_films_a_score(scored):
    assert scored["path"].tolist() == [
        "a.jpg", "empty.png", "notes.txt", "ward 3/2024/c.jpeg", "ward 3/b.png",
    ]  # fmt: skip
    assert scored["score"].isna().tolist() == [False, True, True, False, False]
    assert scored.loc[1, "reason"] == "the file is empty (0 bytes)"
    assert scored.loc[2, "reason"].startswith("not a radiograph")


def test_an_ensemble_gives_the_mean_of_its_members(decoded, one, scored):
    two = member("two", 2)
    own = {name: found[f"scored_by_{name}"] for name, found in (("one", one), ("two", two))}
    together = evaluated(ensemble_fingerprint(own).fingerprint)
    alone = evaluated(own["two"].fingerprint)
    second = nodes.score_new_radiographs(decoded, *alone, SIZE, EVALUATION, **two)
    mean = nodes.score_new_radiographs(decoded, *together, SIZE, EVALUATION, **one, **two)
    expected = (scored["score"] + second["score"]) / 2
    assert mean["score"].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6, nan_ok=True)
    assert mean["score"].dropna().tolist() != scored["score"].dropna().tolist()


def test_a_folder_without_a_film_is_told_and_nothing_is_scored(decoded, one):
    class Nothing(dict):
        files = decoded.files[decoded.files["reason"] != ""]

    measured = evaluated(one["scored_by_one"].fingerprint)
    found = nodes.score_new_radiographs(Nothing(), *measured, SIZE, EVALUATION, **one)
    assert len(found) == 2
    assert found["score"].isna().all()


def test_a_model_trained_since_the_evaluation_is_refused(decoded, one):
    retrained = {**one, "model_one": keras.models.clone_model(one["model_one"])}
    with pytest.raises(ValueError, match="whose threshold is not locked"):
        nodes.score_new_radiographs(
            decoded,
            *evaluated(one["scored_by_one"].fingerprint),
            SIZE,
            EVALUATION,
            **retrained,
        )


def predicted(scored, one, *origins):
    """Predict with models that were trained as these records say."""
    members = {f"training_record_{n}": origin for n, origin in enumerate(origins)}
    measured = evaluated(one["scored_by_one"].fingerprint)
    return nodes.prediction_writer("one")(scored, *measured, InferenceOptions(), **members)


def test_predictions_name_the_model_and_the_notice(scored, one, caplog):
    with caplog.at_level("INFO", logger=nodes.__name__):
        found = predicted(scored, one, training_record())
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
        predicted(usual, one, training_record())
    assert "unlike those that the model was trained on" not in caplog.text
    assert "; 0 out of distribution;" in caplog.text
    odd = usual.assign(out_of_distribution=[True, np.nan, np.nan, False, False])
    with caplog.at_level("INFO", logger=nodes.__name__):
        predicted(odd, one, training_record())
    assert "1 of 3 films are unlike those that the model was trained on: a.jpg. Of" in caplog.text
    assert "at most 1.0% are expected to be flagged in error." in caplog.text
    assert "was asked for" not in caplog.text


def test_what_is_synthetic_follows_from_training_records_and_films_alone(scored, one):
    # One member of an ensemble that has seen phantoms is enough.
    found = predicted(scored, one, training_record(), training_record(synthetic=True))
    assert set(found["notice"]) == {f"{NOTICE} {nodes.SYNTHETIC_MODEL}"}
    mixed = scored.assign(source=["phantoms", "", "folder", "archive", "folder"])
    notices = predicted(mixed, one, training_record())["notice"]
    assert notices.tolist() == [f"{NOTICE} {SYNTHETIC_FILM}", *[NOTICE] * 4]

"""Saved models: equal bytes for equal models, whole or not at all, and no code inside."""

import zipfile
from pathlib import Path

import pytest
from kedro.io import DatasetError, Version

from pneumoscope.datasets.keras_model import KerasModelDataset
from pneumoscope.errors import three_lines
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.models.architectures import registry
from pneumoscope.options import ModelOptions


def tiny(seed: int = 5, dropout: float = 0.3):
    options = ModelOptions.model_validate({"architecture": "mlp", "dropout": dropout})
    return registry.build(options, (16, 16, 1), seed=seed)


def test_the_archive_names_no_moment_and_no_address(tmp_path: Path) -> None:
    KerasModelDataset(filepath=str(tmp_path / "model.keras")).save(tiny())
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        assert archive.namelist() == ["config.json", "metadata.json", "model.weights.h5"]
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"shared_object_id" not in archive.read("config.json")
        assert b"1980-01-01" in archive.read("metadata.json")
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_a_version_is_a_folder_and_the_latest_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "mlp" / "model.keras"
    for version, seed in (("2024-01-01", 1), ("2024-01-02", 2)):
        KerasModelDataset(filepath=str(path), version=Version(None, version)).save(tiny(seed))
    assert sorted(found.relative_to(path).as_posix() for found in path.rglob("*.keras")) == [
        "2024-01-01/model.keras",
        "2024-01-02/model.keras",
    ]
    latest = KerasModelDataset(filepath=str(path), version=Version(None, None))
    assert latest.exists()
    newest_weight = latest.load().get_weights()[0]
    assert (newest_weight == tiny(2).get_weights()[0]).all()


def test_a_file_is_read_once_until_it_changes_or_is_released(tmp_path: Path) -> None:
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(tiny(seed=1))
    dataset.release()
    first = dataset.load()
    assert dataset.load() is first
    KerasModelDataset(filepath=str(tmp_path / "model.keras")).save(tiny(seed=2))
    second = dataset.load()
    assert (second.get_weights()[0] == tiny(2).get_weights()[0]).all()
    dataset.release()
    third = dataset.load()
    assert third is not second
    assert (third.get_weights()[0] == second.get_weights()[0]).all()


@pytest.mark.parametrize("version", [None, Version(None, "2024-01-01")])
def test_what_was_saved_is_given_as_it_is_until_it_is_released(
    tmp_path: Path, version: Version | None
) -> None:
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"), version=version)
    saved = tiny()
    dataset.save(saved)
    assert dataset.load() is saved
    dataset.release()
    read = dataset.load()
    assert read is not saved
    assert model_fingerprint(read) == model_fingerprint(saved)


def test_a_model_whose_file_is_gone_is_not_given_from_memory(tmp_path: Path) -> None:
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(tiny())
    dataset.load()
    (tmp_path / "model.keras").unlink()
    with pytest.raises(DatasetError):
        dataset.load()


def test_a_failed_save_leaves_the_earlier_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(tiny())
    before = (tmp_path / "model.keras").read_bytes()

    def break_off(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("pneumoscope.datasets.keras_model._canonical", break_off)
    with pytest.raises(DatasetError, match="no space left"):
        dataset.save(tiny(seed=6))
    assert (tmp_path / "model.keras").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_code_inside_a_model_is_not_run(tmp_path: Path) -> None:
    import keras

    radiograph = keras.Input((2,), name="radiograph")
    doubled = keras.layers.Lambda(lambda x: 2 * x, name="code")(radiograph)
    keras.Model(radiograph, doubled).save(tmp_path / "model.keras")
    with pytest.raises(DatasetError, match="Lambda"):
        KerasModelDataset(filepath=str(tmp_path / "model.keras")).load()


def test_another_file_ending_is_refused() -> None:
    with pytest.raises(DatasetError, match=r"ends in \.keras, received data/model\.h5"):
        KerasModelDataset(filepath="data/model.h5")


def test_a_foreign_model_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    import keras

    file = tmp_path / "model.keras"
    film = keras.Input((32, 32, 1))
    pooled = keras.layers.GlobalAveragePooling2D()(film)
    foreign = keras.Model(film, keras.layers.Dense(2, activation="softmax")(pooled))
    dataset = KerasModelDataset(filepath=str(file))
    dataset.save(foreign)
    with pytest.raises(DatasetError, match="one grey film"):  # though it is still at hand
        dataset.load()
    with pytest.raises(DatasetError) as refused:
        KerasModelDataset(filepath=str(file)).load()
    told = three_lines(refused.value)
    assert told is not None
    assert told[0].startswith("Expected: a model from one grey film")
    assert told[1].endswith(f"to any × 2 with the activation softmax in {file}")
    assert "--load-versions=model_<name>:<version>" in told[2]

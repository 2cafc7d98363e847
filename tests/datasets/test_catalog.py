"""No entry of the catalog, in any environment, writes in place."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
from kedro.io import AbstractDataset, DataCatalog, MemoryDataset, Version
from matplotlib.figure import Figure

from pneumoscope.configuration import LayeredConfigLoader
from pneumoscope.datasets.append_only_log import AppendOnlyLogDataset
from pneumoscope.datasets.archive import ArchiveDataset
from pneumoscope.datasets.arrays import ArraysDataset
from pneumoscope.datasets.checkpoint import CheckpointDataset
from pneumoscope.datasets.dated_table import DatedPageDataset, DatedTableDataset
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
from pneumoscope.datasets.figure import FigureDataset
from pneumoscope.datasets.files import FilesDataset
from pneumoscope.datasets.films import FilmsDataset
from pneumoscope.datasets.finished_run import FinishedRunDataset
from pneumoscope.datasets.formats import CSVDataset, JSONDataset, ParquetDataset, TextDataset
from pneumoscope.datasets.keras_model import KerasModelDataset
from pneumoscope.datasets.keyed_records import KeyedRecordsDataset
from pneumoscope.datasets.label_file import LabelFileDataset
from pneumoscope.datasets.npm_files import NpmFilesDataset
from pneumoscope.datasets.onnx_model import OnnxModelDataset
from pneumoscope.datasets.patient_key import PatientKeyDataset
from pneumoscope.datasets.pdf_pages import PdfPagesDataset
from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.datasets.record import RecordDataset
from pneumoscope.datasets.record_folder import RecordFolderDataset
from pneumoscope.datasets.run_facts import RunFactsDataset
from pneumoscope.datasets.sharded_images import ShardedImagesDataset
from pneumoscope.datasets.tuning_studies import StudyFolderDataset
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.ingestion.scanned_file import ScannedFile
from pneumoscope.options.reading import read_parameters
from pneumoscope.pipeline_registry import Selection, create_pipelines
from pneumoscope.settings import CONFIG_LOADER_ARGS

CONF = Path(__file__).parents[2] / "conf"
ENVIRONMENTS = sorted(folder.name for folder in CONF.iterdir() if folder.is_dir())

# Kept in memory, refused by `save`, or written by the training itself (test_checkpoint.py).
NEVER_SAVED = (
    MemoryDataset, ArchiveDataset, CheckpointDataset, FinishedRunDataset, LabelFileDataset,
    NpmFilesDataset, PatientKeyDataset, RecordFolderDataset, RunFactsDataset, StudyFolderDataset,
)  # fmt: skip


def film(value: int) -> ScannedFile:
    pixels = np.full((2, 3), value, dtype=np.uint8)
    return ScannedFile("a.jpeg", 9, f"hash {value}", 3, 2, "L", "", "", pixels=pixels)


def figure(value: int) -> Figure:
    drawn = Figure(figsize=(1, 1))
    drawn.add_subplot().plot([0, value])
    return drawn


def model(value: int) -> keras.Model:
    radiograph = keras.Input((1,), name="radiograph")
    layer = keras.layers.Dense(1, kernel_initializer=keras.initializers.Constant(value), name="a")
    return keras.Model(radiograph, layer(radiograph))


def onnx_model(value: int) -> Any:
    """What the dataset saves needs nothing of `onnx`, which is an extra."""
    return SimpleNamespace(SerializeToString=lambda **_: bytes([value]))


SAMPLES: dict[type, Callable[[int], Any]] = {
    ArraysDataset: lambda value: {"a": np.array([value])},
    CSVDataset: lambda value: pd.DataFrame({"a": [value]}),
    DatedPageDataset: str,
    DatedTableDataset: lambda value: pd.DataFrame({"a": [value]}),
    DecodedRadiographsDataset: lambda value: [film(value)],
    FigureDataset: figure,
    FilmsDataset: lambda value: {"a.jpeg": lambda: bytes([value])},
    FilesDataset: lambda value: {"a": bytes([value])},
    JSONDataset: lambda value: {"a": value},
    KerasModelDataset: model,
    KeyedRecordsDataset: lambda value: {"a": value},
    OnnxModelDataset: onnx_model,
    ParquetDataset: lambda value: pd.DataFrame({"a": [value]}),
    PdfPagesDataset: lambda value: [figure(value)],
    RadiographFolderDataset: lambda value: {"a.jpeg": lambda: bytes([value])},
    ShardedImagesDataset: lambda value: [np.full((2, 3, 1), value, dtype=np.uint8)],
    TextDataset: str,
}


def sample(dataset: AbstractDataset, value: int) -> Any:
    if isinstance(dataset, RecordDataset):
        dataset._record = "pneumoscope.evaluation.estimate.Estimate"
        return Estimate(value / 4)
    if isinstance(dataset, AppendOnlyLogDataset):
        return pd.DataFrame({column: [value] for column in dataset._columns})
    return SAMPLES[type(dataset)](value)


def saved_entries(environment: str, seen: set[tuple[str, str]]) -> Iterator[AbstractDataset]:
    """Give the entries of an environment but those that one before it configures alike."""
    loader = LayeredConfigLoader(str(CONF), env=environment, **CONFIG_LOADER_ARGS)
    entries = loader["catalog"]
    catalog = DataCatalog.from_config(entries)
    patterns = str({name: entry for name, entry in entries.items() if "{" in name})
    created = create_pipelines(Selection.of(read_parameters(loader["parameters"], loader)))
    names = set().union(*(pipeline.datasets() for pipeline in created.values()))
    for name in sorted(name for name in names if not name.startswith("params:")):
        configured = (name, str(entries.get(name, patterns)))
        if configured in seen:
            continue
        seen.add(configured)
        dataset = catalog.get(name)
        assert dataset is not None, f"{name} has no entry in the catalog"
        if not isinstance(dataset, NEVER_SAVED):
            yield dataset


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "results"


@pytest.fixture(scope="module")
def kinds(results: Path) -> dict[str, AbstractDataset]:
    """One entry of each type and each set of arguments, of all environments."""
    with pytest.MonkeyPatch.context() as surroundings:
        for name in ("RADIOGRAPHS", "FILMS"):
            surroundings.delenv(name, raising=False)
        surroundings.setenv("RESULTS", str(results))
        seen: set[tuple[str, str]] = set()
        found = {
            str({**dataset._init_config(), "filepath": ""}): dataset
            for environment in ENVIRONMENTS
            for dataset in saved_entries(environment, seen)
        }
    types = {type(dataset) for dataset in found.values()}
    assert types == {*SAMPLES, AppendOnlyLogDataset, RecordDataset}, (
        "each type needs a sample that is saved below"
    )
    return found


def content(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def save(dataset: AbstractDataset, value: int) -> None:
    """Save as a run of its own would: with a version of its own."""
    if getattr(dataset, "_version", None):
        dataset._version = Version(None, str(value))
        dataset.release()
    dataset.save(sample(dataset, value))


def test_no_entry_changes_a_file_that_is_there(kinds, results, tmp_path):
    for kind, dataset in kinds.items():
        links = tmp_path / "links"
        save(dataset, 1)
        before = content(results)
        # A second name of the same file shows whether the file itself is written to.
        for name in before:
            (links / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(results / name, links / name)
        save(dataset, 2)
        assert content(links) == before, kind
        assert content(results) != before, kind
        assert [name for name in content(results) if "unfinished" in name] == [], kind
        for folder in (results, links):
            _empty(folder)


def test_a_save_that_does_not_reach_its_end_leaves_what_was_there(kinds, results, monkeypatch):
    def break_off(*_: object) -> None:
        raise OSError("no space left on device")

    for kind, dataset in kinds.items():
        save(dataset, 1)
        before = content(results)
        with monkeypatch.context() as full, pytest.raises(Exception, match="no space left"):
            full.setattr(os, "fsync", break_off)
            save(dataset, 2)
        assert content(results) == before, kind
        _empty(results)


def _empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()

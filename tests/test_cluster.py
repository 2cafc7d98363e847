"""What runs on a cluster, sent through bytes as to a worker; real ones are in test_cluster_run."""

import pickle
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from archives import load
from engines import Posted

from pneumoscope import cluster
from pneumoscope.cluster import named_cluster, open_cluster, versions
from pneumoscope.datasets.decoded_radiographs import PART_FILES, DecodedRadiographsDataset
from pneumoscope.datasets.sharded_images import ShardedImagesDataset
from pneumoscope.engine import over
from pneumoscope.errors import InputError, three_lines
from pneumoscope.ingestion.patient_key import PatientKey
from pneumoscope.ingestion.scan import scan
from pneumoscope.options import PreprocessingOptions, StressOptions
from pneumoscope.pipelines.preprocessing.nodes import stress_validation, transform_radiographs

SIZE = PreprocessingOptions.model_validate({"size": [16, 16], "fit": "squash"})
STRESS = StressOptions.model_validate({"variants": [{"name": "pale", "contrast": 0.5}]})


@pytest.fixture
def folder(tmp_path, encode, gradient):
    """Makes a folder of so many films, each of its own bytes."""
    film = encode(gradient)

    def make(count: int) -> Path:
        root = tmp_path / f"films-{count}"
        root.mkdir()
        for number in range(count):
            (root / f"{number:06d}.jpeg").write_bytes(film + number.to_bytes(4, "big"))
        return root

    return make


def files_of(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(root.iterdir())}


def ingested(root: Path, into: Path, options, key=None) -> DecodedRadiographsDataset:
    dataset = DecodedRadiographsDataset(str(into))
    dataset.save(scan(load(str(root)), options, key=key, measured=True))
    return dataset


def preprocessed(dataset: DecodedRadiographsDataset, into: Path) -> ShardedImagesDataset:
    decoded = dataset.load()
    rows = pd.DataFrame({"path": list(decoded)[::-1], "split": "train"})
    images = ShardedImagesDataset(str(into))
    images.save(transform_radiographs(decoded, rows, SIZE))
    return images


def stressed(images: ShardedImagesDataset, into: Path) -> ShardedImagesDataset:
    loaded = images.load()
    rows = pd.DataFrame({"label": ["NORMAL"] * len(loaded)})
    stream, _ = stress_validation(loaded, rows, STRESS)
    dataset = ShardedImagesDataset(str(into))
    dataset.save(stream)
    return dataset


def test_workers_write_the_same_bytes_as_threads(folder, tmp_path, ingestion_options):
    root = folder(PART_FILES + 20)
    for engine, name in ((nullcontext(), "here"), (over(Posted()), "there")):
        into = tmp_path / name
        into.mkdir()
        with engine:
            decoded = ingested(root, into / "decoded", ingestion_options)
            stressed(preprocessed(decoded, into / "images"), into / "stressed")
    for what in ("decoded", "images", "stressed"):
        one, other = files_of(tmp_path / "here" / what), files_of(tmp_path / "there" / what)
        assert len(one) > 0
        assert one == other


def test_what_a_task_takes_and_gives_is_as_small_for_many_films(
    folder, tmp_path, ingestion_options
):
    took, gave = [], []
    for count in (PART_FILES, 3 * PART_FILES):
        with over(engine := Posted()):
            decoded = ingested(folder(count), tmp_path / f"decoded-{count}", ingestion_options)
            images = preprocessed(decoded, tmp_path / f"images-{count}")
            stressed(images, tmp_path / f"stressed-{count}")
        parts = count // PART_FILES
        assert len(engine.sent) == parts + 2
        took.append([max(engine.sent[:parts]) / PART_FILES, *per_film(engine.sent[-2:], count)])
        gave.append(max(engine.returned[:parts]) / PART_FILES)
        assert max(engine.returned[-2:]) < 200  # a shape
    # Of a scan, a film is its name; of preprocessing, four numbers; of stress, its number.
    assert took[1][0] < 1.02 * took[0][0] < 130
    assert took[1][1] < 60
    assert took[1][2] < 60
    assert gave[1] < 1.02 * gave[0] < 540


def per_film(sizes: list[int], count: int) -> list[float]:
    return [size / count for size in sizes]


def test_a_worker_has_to_have_the_same_key_of_patients(tmp_path, monkeypatch):
    monkeypatch.delenv("PNEUMOSCOPE_PATIENT_KEY", raising=False)
    key = PatientKey(tmp_path / "key")
    name, posted = key.pseudonym("patient", "4711"), pickle.dumps(key)
    assert pickle.loads(posted).pseudonym("patient", "4711") == name
    (tmp_path / "key").write_text("another secret of another site\n")
    with pytest.raises(InputError, match="the same patient key on every machine"):
        pickle.loads(posted).pseudonym("patient", "4711")
    (tmp_path / "key").unlink()
    with pytest.raises(InputError, match="a patient key on every machine that reads DICOM"):
        pickle.loads(posted).pseudonym("patient", "4711")
    assert not (tmp_path / "key").exists()
    monkeypatch.setenv("PNEUMOSCOPE_PATIENT_KEY", "a secret of this very site")
    with pytest.raises(InputError, match="another in PNEUMOSCOPE_PATIENT_KEY"):
        pickle.loads(posted).pseudonym("patient", "4711")


@pytest.mark.parametrize(
    ("parameters", "environment", "named"),
    [
        ({}, {}, None),
        ({"cluster": "local:2"}, {}, "local:2"),
        ({}, {"DASK_SCHEDULER": "tcp://a:1"}, "tcp://a:1"),
        ({}, {"DASK_SCHEDULER_ADDRESS": "tcp://a:1"}, "tcp://a:1"),
        ({}, {"DASK_SCHEDULER": "tcp://a:1", "DASK_SCHEDULER_ADDRESS": "tcp://b:1"}, "tcp://a:1"),
        ({"cluster": "b:2"}, {"DASK_SCHEDULER": "tcp://a:1"}, "b:2"),
        ({"cluster": None}, {"DASK_SCHEDULER": "tcp://a:1"}, None),
        ({}, {"DASK_SCHEDULER": "threads"}, None),
        ({}, {"DASK_SCHEDULER": ""}, None),
    ],
)
def test_a_cluster_is_named_by_a_parameter_or_a_variable(parameters, environment, named):
    assert named_cluster(parameters, environment) == named


@pytest.mark.parametrize("name", ["here", "local", "local:0", "local:x", "host", "a b:1", ""])
def test_what_names_no_cluster_is_refused(name):
    with pytest.raises(InputError, match="a cluster as <host>:<port>"):
        open_cluster(name)


def test_a_scheduler_that_nobody_can_reach_is_told_in_three_lines(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "WAIT", 0.3)
    with pytest.raises(InputError) as caught:
        open_cluster("127.0.0.1:1")
    expected, received, remedy = three_lines(caught.value)
    assert expected == "Expected: the scheduler of a cluster that answers"
    assert received == "Received: none at '127.0.0.1:1' within 0.3 s"
    assert remedy.startswith("What to do: Start one (dask scheduler)")


def test_a_worker_of_other_versions_is_refused(monkeypatch):
    monkeypatch.setattr(cluster, "_worker", lambda: "tcp://worker:1")
    assert cluster._run(versions(), lambda: 7) == 7
    other = {**versions(), "pillow": "1.0"}
    with pytest.raises(InputError, match=r"workers with pillow 1\.0, received .* on tcp://worker"):
        cluster._run(other, lambda: 7)


def test_what_a_worker_cannot_reach_is_told_with_its_name(monkeypatch, tmp_path):
    monkeypatch.setattr(cluster, "_worker", lambda: "tcp://worker:1")
    with pytest.raises(InputError, match=r"same paths, received .*nowhere' on the worker tcp"):
        cluster._run(versions(), (tmp_path / "nowhere").read_bytes)

    def refuse():
        raise InputError("this", "that", "Do it.")

    with pytest.raises(InputError, match=r"this, received that \(on the worker tcp://worker:1\)"):
        cluster._run(versions(), refuse)


def test_shards_that_a_cluster_wrote_are_read_as_others_are(folder, tmp_path, ingestion_options):
    with over(Posted()):
        decoded = ingested(folder(5), tmp_path / "decoded", ingestion_options)
        images = preprocessed(decoded, tmp_path / "images").load()
    assert images.shape == (5, 16, 16, 1)
    assert np.ptp(images[:]) > 0

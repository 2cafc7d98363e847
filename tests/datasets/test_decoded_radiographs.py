import pickle
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError

from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
from pneumoscope.ingestion.scanned_file import ScannedFile

PIXELS = {
    "NORMAL/a.jpeg": np.arange(6, dtype=np.uint8).reshape(2, 3),
    "NORMAL/b.jpeg": np.arange(20, dtype=np.uint8).reshape(5, 4)[:, ::2],
    "PNEUMONIA/c.jpeg": np.full((1, 7), 9, dtype=np.uint8),
}
BAD = ScannedFile("NORMAL/bad.jpeg", bytes=3, sha256="abc", reason="truncated")


@pytest.fixture
def dataset(tmp_path: Path) -> DecodedRadiographsDataset:
    return DecodedRadiographsDataset(str(tmp_path / "decoded"))


def scanned() -> Iterator[ScannedFile]:
    for path, pixels in PIXELS.items():
        yield ScannedFile(path, 10, f"hash of {path}", 30, 20, "L", "a note", pixels=pixels)
        if path == "NORMAL/a.jpeg":
            yield BAD


def test_pixels_of_every_size_come_back_as_they_went(dataset):
    dataset.save(scanned())
    decoded = dataset.load()
    assert list(decoded) == list(PIXELS)
    assert len(decoded) == 3
    for path in reversed(PIXELS):
        np.testing.assert_array_equal(decoded[path], PIXELS[path])
        assert decoded[path].dtype == np.uint8


def test_what_the_scan_found_comes_back_for_bad_files_too(dataset):
    dataset.save(scanned())
    files = dataset.load().files.set_index("path")
    assert set(files.columns) >= {field.name for field in fields(ScannedFile)} - {"path", "pixels"}
    assert files.loc["NORMAL/a.jpeg", ["bytes", "width", "note"]].tolist() == [10, 30, "a note"]
    assert files.loc[BAD.path, ["bytes", "sha256", "reason"]].tolist() == [3, "abc", "truncated"]
    assert BAD.path not in dataset.load()


def test_the_table_is_sorted_by_path_in_whatever_order_files_came(dataset):
    dataset.save(list(scanned())[::-1])
    decoded = dataset.load()
    assert decoded.files["path"].tolist() == sorted([*PIXELS, BAD.path])
    for path in PIXELS:
        np.testing.assert_array_equal(decoded[path], PIXELS[path])


def test_nothing_but_the_table_is_read_before_pixels_are_asked_for(dataset, tmp_path: Path):
    dataset.save(scanned())
    decoded = dataset.load()
    (tmp_path / "decoded" / "pixels.bin").write_bytes(bytes(100))
    assert decoded["NORMAL/a.jpeg"].sum() == 0


def test_it_travels_to_the_workers_of_a_cluster(dataset):
    dataset.save(scanned())
    copy = pickle.loads(pickle.dumps(dataset.load()))
    np.testing.assert_array_equal(copy["NORMAL/a.jpeg"], PIXELS["NORMAL/a.jpeg"])


def test_an_empty_folder_gives_an_empty_table(dataset):
    dataset.save([])
    assert len(dataset.load()) == 0
    assert dataset.load().files.empty


def test_a_failure_while_saving_leaves_the_old_radiographs(dataset):
    def fail() -> Iterator[ScannedFile]:
        yield BAD
        raise RuntimeError("killed")

    dataset.save(scanned())
    with pytest.raises(DatasetError, match="killed"):
        dataset.save(fail())
    assert list(dataset.load()) == list(PIXELS)


def test_missing_radiographs_are_told_with_their_remedy(dataset):
    assert not dataset.exists()
    with pytest.raises(DatasetError, match="Run the ingestion first: kedro run --pipelines=inges"):
        dataset.load()

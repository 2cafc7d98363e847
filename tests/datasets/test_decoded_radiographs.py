import pickle
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from pneumoscope.datasets import decoded_radiographs
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
from pneumoscope.ingestion.scanned_file import ScannedFile
from pneumoscope.radiographs.measured import ACQUISITION, SMALL_SIDE, Measured

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
    assert set(files.columns) >= {field.name for field in fields(ScannedFile)} - {
        "path", "pixels", "measured",
    }  # fmt: skip
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
    (tmp_path / "decoded" / "pixels-00000.bin").write_bytes(bytes(100))
    assert decoded["NORMAL/a.jpeg"].sum() == 0


def test_it_travels_to_the_workers_of_a_cluster(dataset):
    dataset.save(scanned())
    copy = pickle.loads(pickle.dumps(dataset.load()))
    np.testing.assert_array_equal(copy["NORMAL/a.jpeg"], PIXELS["NORMAL/a.jpeg"])


def test_radiographs_in_several_parts_come_back_as_they_went(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(decoded_radiographs, "PART_FILES", 2)
    dataset.save(scanned())
    decoded = dataset.load()
    assert decoded.files["part"].tolist() == [0, 1, 0, 1]
    for path, pixels in PIXELS.items():
        np.testing.assert_array_equal(decoded[path], pixels)
    names = sorted(path.name for path in (tmp_path / "decoded").iterdir())
    assert names == ["files.parquet", "pixels-00000.bin", "pixels-00001.bin"]


def test_films_are_given_in_the_order_that_is_asked_for(dataset):
    dataset.save(scanned())
    films = dataset.load().films(pd.Series(list(PIXELS)[::-1]))
    assert len(films) == 3
    for film, pixels in zip(films, reversed(PIXELS.values()), strict=True):
        np.testing.assert_array_equal(film, pixels)
    np.testing.assert_array_equal(films[1:][0], PIXELS["NORMAL/b.jpeg"])


def measured(number: int) -> Measured:
    numbers = {name: float(number + place) for place, name in enumerate(ACQUISITION)}
    return Measured(numbers, np.full((SMALL_SIDE, SMALL_SIDE), number, dtype=np.uint8))


def test_what_was_measured_comes_back_in_the_order_that_is_asked_for(
    dataset, tmp_path, monkeypatch
):
    monkeypatch.setattr(decoded_radiographs, "PART_FILES", 3)
    pixels = np.zeros((2, 3), dtype=np.uint8)
    files = [ScannedFile(f"{n}.png", pixels=pixels, measured=measured(n)) for n in range(5)]
    # As an archive has them, with a bad file between.
    dataset.save([files[3], BAD, files[0], files[4], files[2], files[1]])
    decoded = dataset.load()
    asked = pd.Series(["4.png", "0.png", "3.png", "1.png"])
    small = decoded.small(asked)
    assert len(small) == 4
    assert small[np.arange(4)].shape == (4, SMALL_SIDE, SMALL_SIDE)
    assert small[np.array([2, 0, 1])][:, 5, 7].tolist() == [3, 4, 0]
    assert decoded.numbers(asked)["marks"].tolist() == [4.0, 0.0, 3.0, 1.0]
    assert list(decoded.numbers(asked)) == list(ACQUISITION)
    with pytest.raises(KeyError, match=BAD.path):
        decoded.small(pd.Series([BAD.path]))
    names = sorted(path.name for path in (tmp_path / "decoded").glob("small-*"))
    assert names == ["small-00000.bin", "small-00001.bin"]


def test_of_films_that_were_not_measured_nothing_is_made_up(dataset):
    dataset.save(scanned())
    decoded = dataset.load()
    assert decoded.numbers(pd.Series(list(PIXELS))).isna().all(axis=None)
    with pytest.raises(KeyError, match=r"NORMAL/a\.jpeg"):
        decoded.small(pd.Series(list(PIXELS)))


@pytest.mark.parametrize("path", [BAD.path, "NORMAL", "PNEUMONIA/d.jpeg", "x"])
def test_a_film_that_was_not_decoded_is_not_there(dataset, path):
    dataset.save(scanned())
    decoded = dataset.load()
    with pytest.raises(KeyError, match=path):
        decoded[path]
    with pytest.raises(KeyError, match=path):
        decoded.films(pd.Series([*PIXELS, path]))


def test_radiographs_of_an_older_layout_are_asked_for_anew(dataset, tmp_path):
    dataset.save(scanned())
    table = tmp_path / "decoded" / "files.parquet"
    pd.read_parquet(table).drop(columns="part").to_parquet(table)
    with pytest.raises(DatasetError, match="of an older run"):
        dataset.load()


def test_what_a_lost_worker_left_is_cleared_away(dataset, tmp_path):
    def with_leftover() -> Iterator[ScannedFile]:
        yield from scanned()
        folder = next(tmp_path.glob(".unfinished.*"))
        (folder / ".pixels-00000.bin.123.unfinished").write_bytes(b"half")

    dataset.save(with_leftover())
    names = sorted(path.name for path in (tmp_path / "decoded").iterdir())
    assert names == ["files.parquet", "pixels-00000.bin"]


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

"""The same radiographs give the same manifest and arrays, wherever they lie."""

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import fsspec
import numpy as np
import pandas as pd
import pytest
from archives import load

from pneumoscope.datasets.decoded_radiographs import DecodedRadiographs, DecodedRadiographsDataset
from pneumoscope.ingestion.manifest import Ingested, sort_out
from pneumoscope.ingestion.scan import scan

PLACES = ["films.zip", "films.tar", "films.tar.gz", "films.tar.bz2", "memory"]


@pytest.fixture
def films(tmp_path: Path, encode, gradient) -> Path:
    """Good films, a copy, litter and what is none; named so that order and class matter."""
    folder = tmp_path / "films"
    jpegs = [encode(np.roll(gradient, 20 * number, 1)) for number in range(7)]
    files = {
        f"{part}/{label}/person{number}_{disease}_{number}.jpeg": jpegs[number]
        for number, (part, label, disease) in enumerate(
            [("train", "NORMAL", "x"), ("train", "PNEUMONIA", "virus"), ("test", "NORMAL", "x")] * 2
        )
    }
    files |= {
        "train/NORMAL/copy.jpeg": jpegs[0],
        "train/NORMAL/cut.jpeg": jpegs[6][:500],
        "train/NORMAL/=formula \n.jpeg": jpegs[6],
        "train/NORMAL/nested.zip": b"PK\x03\x04" + bytes(100),
        "train/.DS_Store": b"litter",
        "README.txt": b"hello",
        "elsewhere/a.jpeg": jpegs[1],
    }
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@pytest.fixture
def place(request, films: Path) -> Iterator[str]:
    """The same files, elsewhere; in an archive in the reverse order."""
    name, paths = request.param, sorted(films.rglob("*"), reverse=True)
    if name == "memory":
        fs = fsspec.filesystem("memory")
        fs.put(f"{films}/", "/equal", recursive=True)
        yield "memory://equal"
        fs.store.clear()
        return
    archive = films.with_name(name)
    if name == "films.zip":
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for path in paths:
                file.write(path, path.relative_to(films))
    else:
        with tarfile.open(archive, f"w:{name.split('.')[2] if name.count('.') > 1 else ''}") as tar:
            for path in paths:
                tar.add(path, f"./{path.relative_to(films)}", recursive=False)
    yield str(archive)


def ingested(place: str, into: Path, options) -> tuple[Ingested, DecodedRadiographs]:
    dataset = DecodedRadiographsDataset(str(into))
    dataset.save(scan(load(place), options))
    return sort_out(dataset.load().files, options), dataset.load()


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_the_same_radiographs_give_equal_manifests_and_arrays(
    place, films, tmp_path, ingestion_options
):
    here, pixels = ingested(str(films), tmp_path / "here", ingestion_options)
    there, other = ingested(place, tmp_path / "there", ingestion_options)
    assert (len(here.manifest), len(here.quarantine)) == (8, 3)
    reasons = there.quarantine.set_index("path")["reason"]
    assert reasons["train/NORMAL/nested.zip"].startswith("a zip archive among the films")
    pd.testing.assert_frame_equal(here.manifest, there.manifest)
    pd.testing.assert_frame_equal(here.quarantine, there.quarantine)
    assert list(pixels) == list(other)
    for path in pixels:
        np.testing.assert_array_equal(pixels[path], other[path])
    unlike = ["offset"]
    pd.testing.assert_frame_equal(
        pixels.files.drop(columns=unlike), other.files.drop(columns=unlike)
    )

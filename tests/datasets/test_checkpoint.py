"""A checkpoint appears whole or not at all, and goes when it is asked to."""

from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError

from pneumoscope.datasets.checkpoint import CheckpointDataset, CheckpointFolder
from pneumoscope.models.resume.checkpoint import Record

RECORD = Record({"epoch": 3, "loss": 0.1 + 0.2}, {"weights": np.float32([0.1, np.pi])})


def test_a_record_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    store = CheckpointDataset(str(tmp_path / "cnn")).load()
    assert store.read() is None
    store.write(RECORD)
    found = store.read()
    assert found.facts == RECORD.facts
    np.testing.assert_array_equal(found.arrays["weights"], RECORD.arrays["weights"])
    assert found.arrays["weights"].dtype == np.float32


def test_a_write_that_fails_leaves_the_record_before_it(tmp_path: Path) -> None:
    store = CheckpointFolder(tmp_path)
    store.write(RECORD)
    with pytest.raises(ValueError, match="pickle"):
        store.write(Record({}, {"weights": np.array([object()])}))
    assert store.read().facts == RECORD.facts


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"^(EOFError|BadZipFile|ValueError)"):
        CheckpointFolder(tmp_path).read()


def test_removing_spares_what_was_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / "cnn"
    store = CheckpointFolder(folder)
    store.write(RECORD)
    aside = store.set_aside()
    store.write(RECORD)
    store.remove()
    assert [str(file) for file in folder.iterdir()] == [aside]
    Path(aside).unlink()
    store.remove()
    assert not folder.exists()


def test_the_store_writes_by_itself(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="written by the training that loads it"):
        CheckpointDataset(str(tmp_path)).save("anything")

import numpy as np
import pytest
from kedro.io import DatasetError

from pneumoscope.datasets.arrays import ArraysDataset

ARRAYS = {
    "maps/one": np.ones((2, 3), dtype=np.float32),
    "films": np.arange(6, dtype=np.uint8).reshape(1, 2, 3),
}


def test_arrays_come_back_in_their_order_shape_and_type(tmp_path):
    dataset = ArraysDataset(filepath=str(tmp_path / "deep" / "maps.npz"))
    assert not dataset.exists()
    dataset.save(ARRAYS)
    assert dataset.exists()
    loaded = dataset.load()
    assert list(loaded) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].dtype == array.dtype


def test_equal_arrays_give_equal_bytes(tmp_path):
    files = [tmp_path / name for name in ("one.npz", "two.npz")]
    for file in files:
        ArraysDataset(filepath=str(file)).save(ARRAYS)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_objects_are_not_unpickled(tmp_path):
    file = tmp_path / "objects.npz"
    np.savez(file, code=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DatasetError, match="allow_pickle=False"):
        ArraysDataset(filepath=str(file)).load()

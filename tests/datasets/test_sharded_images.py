import os
import pickle
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError

from pneumoscope.datasets import sharded_images
from pneumoscope.datasets.sharded_images import ShardedImages, ShardedImagesDataset
from pneumoscope.errors import InputError

IMAGES = np.random.default_rng(0).integers(0, 256, (11, 3, 2, 1), dtype=np.uint8)


@pytest.fixture(autouse=True)
def _four_images_a_shard(monkeypatch):
    monkeypatch.setattr(sharded_images, "SHARD_ROWS", 4)


@pytest.fixture
def dataset(tmp_path: Path) -> ShardedImagesDataset:
    return ShardedImagesDataset(str(tmp_path / "images"))


@pytest.fixture
def images(dataset) -> ShardedImages:
    dataset.save(IMAGES)
    return dataset.load()


def test_images_come_back_as_they_went(images, tmp_path: Path):
    assert (images.shape, images.dtype, len(images)) == ((11, 3, 2, 1), np.uint8, 11)
    np.testing.assert_array_equal(images[:], IMAGES)
    assert len(list((tmp_path / "images").glob("*.npy"))) == 3


@pytest.mark.parametrize(
    "key",
    [
        0, 4, 10, -1, -11, np.int64(7),
        slice(2, 9), slice(None, None, -1), slice(5, 5), slice(-3, None),
        np.array([10, 0, 5, 5, 3]), np.array([-1, 4, -11]), np.array([], dtype=int),
        [7, 2], np.arange(11) % 3 == 0,
    ],
)  # fmt: skip
def test_any_images_in_any_order_across_shards(images, key):
    chosen = images[key]
    np.testing.assert_array_equal(chosen, IMAGES[key])
    assert chosen.dtype == np.uint8


@pytest.mark.parametrize("key", [11, -12, np.array([0, 11])])
def test_an_image_beyond_the_end_is_an_error(images, key):
    with pytest.raises(IndexError, match="out of bounds"):
        images[key]


def test_what_is_handed_out_is_a_copy(images):
    images[0][:] = 0
    images[2:5][:] = 0
    np.testing.assert_array_equal(images[:], IMAGES)


def test_any_number_of_shards_is_read_whatever_the_limit_of_open_files(dataset, monkeypatch):
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(sharded_images, "SHARD_ROWS", 1)
    many = np.arange(200, dtype=np.uint8).reshape(200, 1, 1, 1)
    dataset.save(many)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 20, limits[1]))
    try:
        images = dataset.load()
        np.testing.assert_array_equal(images[:], many)
        np.testing.assert_array_equal(images[np.arange(199, -1, -3)], many[::-3])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.parametrize("key", [5, -5, slice(5, 9), np.array([5, -5])])
def test_one_image_takes_no_memory_for_all_the_others(key):
    images = ShardedImages([np.broadcast_to(np.uint8(7), (10**7, 1, 1, 1))])
    tracemalloc.start()
    chosen = images[key]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.all(chosen == 7)
    assert peak < 10**5


def test_a_shard_that_is_cut_short_is_an_error(images, tmp_path):
    shard = tmp_path / "images" / "shard-00001.npy"
    shard.write_bytes(shard.read_bytes()[:-1])
    np.testing.assert_array_equal(images[4:7], IMAGES[4:7])
    with pytest.raises(InputError, match=r"a whole shard at '.*shard-00001\.npy'"):
        images[7]


def test_equal_images_give_equal_bytes(tmp_path: Path):
    contents = []
    for name in ("one", "two"):
        ShardedImagesDataset(str(tmp_path / name)).save(IMAGES)
        contents.append([file.read_bytes() for file in sorted((tmp_path / name).iterdir())])
    assert contents[0] == contents[1]


class Failing:
    def __len__(self) -> int:
        return 11

    def __iter__(self):
        yield from IMAGES[:6]
        raise RuntimeError("killed")


def test_a_failure_while_saving_leaves_the_old_images(dataset, images):
    with pytest.raises(DatasetError, match="killed"):
        dataset.save(Failing())
    np.testing.assert_array_equal(dataset.load()[:], IMAGES)
    np.testing.assert_array_equal(images[:], IMAGES)


def test_fewer_images_leave_no_old_shard_behind(dataset, images):
    dataset.save(IMAGES[:2])
    np.testing.assert_array_equal(dataset.load()[:], IMAGES[:2])
    assert len(images) == 11


def test_no_image_at_all_is_refused(dataset):
    with pytest.raises(DatasetError, match="at least one image to store, received none"):
        dataset.save(IMAGES[:0])


def test_missing_shards_are_told_with_their_remedy(dataset):
    assert not dataset.exists()
    with pytest.raises(DatasetError, match="Run the preprocessing first: kedro run --pipelines=pr"):
        dataset.load()


def test_an_image_of_another_shape_is_an_error_and_leaves_what_was_stored(dataset, images):
    with pytest.raises(DatasetError, match=r"uint8 \(3, 2, 1\).*received uint8 \(2, 3, 1\)"):
        dataset.save([IMAGES[0], IMAGES[1].transpose(1, 0, 2)])
    np.testing.assert_array_equal(dataset.load()[:], images[:])


def test_a_stream_that_ends_early_is_an_error(dataset):
    class Short:
        def __len__(self):
            return 6

        def __iter__(self):
            return iter(IMAGES[:5])

    with pytest.raises(DatasetError, match=r"expected 2 images for shard-00001\.npy, received 1"):
        dataset.save(Short())


def test_a_stream_that_gives_more_than_it_said_is_an_error(dataset):
    class Long:
        def __len__(self):
            return 8

        def __iter__(self):
            return iter(IMAGES[:9])

    with pytest.raises(DatasetError, match="expected 8 images to store, received more"):
        dataset.save(Long())


def test_an_image_of_another_shape_in_another_shard_is_an_error(dataset):
    with pytest.raises(DatasetError, match=r"uint8 \(3, 2, 1\).*received uint8 \(2, 3, 1\)"):
        dataset.save([*IMAGES[:4], IMAGES[4].transpose(1, 0, 2)])


def test_what_says_where_the_images_are_is_as_small_for_many_shards(dataset, monkeypatch):
    monkeypatch.setattr(sharded_images, "SHARD_ROWS", 1)
    sizes = []
    for count in (2, 11):
        dataset.save(IMAGES[:count])
        sizes.append(len(pickle.dumps(dataset.load())))
    assert sizes[1] - sizes[0] < 10
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(dataset.load()))[:], IMAGES)


def test_a_stream_that_gives_nothing_is_an_error(dataset):
    class Empty:
        def __len__(self):
            return 6

        def __iter__(self):
            return iter(())

    with pytest.raises(DatasetError, match="expected 6 images to store, received none"):
        dataset.save(Empty())

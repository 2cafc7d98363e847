import numpy as np
import pandas as pd
import pytest

from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.radiographs import pixel_statistics
from pneumoscope.radiographs.pixel_statistics import describe_pixels

ROWS = pd.DataFrame({"label": ["NORMAL", "PNEUMONIA", "NORMAL", "PNEUMONIA"]})


@pytest.fixture
def images() -> ShardedImages:
    """Four radiographs of 1×2 pixels in two shards."""
    pixels = np.array([[0, 10], [200, 255], [4, 10], [100, 255]], dtype=np.uint8)
    shaped = pixels.reshape(4, 1, 2, 1)
    return ShardedImages([shaped[:3], shaped[3:]])


@pytest.mark.parametrize("chunk", [1, 256])
def test_grey_levels_are_counted_and_averaged_by_class(images, chunk, monkeypatch):
    monkeypatch.setattr(pixel_statistics, "CHUNK", chunk)
    found = describe_pixels(images, ROWS)
    np.testing.assert_array_equal(found.means["NORMAL"], [[2, 10]])
    np.testing.assert_array_equal(found.means["PNEUMONIA"], [[150, 255]])
    levels = np.flatnonzero(found.histograms["NORMAL"])
    assert dict(zip(levels, found.histograms["NORMAL"][levels], strict=True)) == {0: 1, 4: 1, 10: 2}
    assert found.histograms["PNEUMONIA"][255] == 2


def test_every_pixel_is_counted_once(images):
    found = describe_pixels(images, ROWS)
    assert sum(int(counts.sum()) for counts in found.histograms.values()) == 8

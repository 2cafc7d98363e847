import sys
import tracemalloc

import pytest

from pneumoscope.ingestion.sorted_paths import SortedPaths

MANY = [f"train/NORMAL/IM-{number:05d}-0001.jpeg" for number in range(1000)]


@pytest.mark.parametrize(
    "paths",
    [
        [],
        ["b", "a"],
        ["", "\0", "a\0b", "a", "ä", "\U0001f600", "\udc80", "\n"],  # any text, whatever it holds
        MANY[::-1],
        MANY[:512],
        [f"{number * 7 % 10_000:04d}" for number in range(10_000)],
    ],
)
def test_they_are_what_a_sorted_list_is(paths):
    found, expected = SortedPaths(paths), sorted(paths)
    assert list(found) == expected
    assert list(reversed(found)) == expected[::-1]
    assert len(found) == len(expected)
    for key in (slice(None), slice(250, 260), slice(-3, None), slice(None, None, -7)):
        assert found[key] == expected[key]
    assert [found[number] for number in range(-len(paths), len(paths))] == expected * 2
    assert all(path in found for path in paths)
    with pytest.raises(IndexError):
        found[len(paths)]


@pytest.mark.parametrize("other", ["", "train", "train/NORMAL/IM-00255-0001.jpeg ", "zzz", 7, None])
def test_what_is_none_of_them_is_not_among_them(other):
    assert other not in SortedPaths(MANY)
    assert other not in SortedPaths([])


def test_they_take_half_the_memory_of_strings():
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        found = SortedPaths(f"train/NORMAL/IM-{number:06d}-0001.jpeg" for number in range(20_000))
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken < len(found) * sys.getsizeof(found[0]) / 2

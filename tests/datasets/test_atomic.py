import os
from pathlib import Path

import pytest

from pneumoscope.datasets.atomic import replacing, settle


def test_a_file_takes_the_place_of_the_old_one(tmp_path: Path):
    target = tmp_path / "new folder" / "a.txt"
    for text in ("first", "second"):
        with replacing(target) as unfinished:
            unfinished.write_text(text)
        assert target.read_text() == text
    assert [path.name for path in target.parent.iterdir()] == ["a.txt"]


def test_a_folder_takes_the_place_of_the_old_one_whole(tmp_path: Path):
    for name in ("first", "second"):
        with replacing(tmp_path / "images") as unfinished:
            unfinished.mkdir()
            (unfinished / name).touch()
    assert [path.name for path in (tmp_path / "images").iterdir()] == ["second"]
    assert [path.name for path in tmp_path.iterdir()] == ["images"]


def test_a_folder_may_replace_a_file_and_a_file_no_folder(tmp_path: Path):
    target = tmp_path / "either"
    target.write_text("a file")
    with replacing(target) as unfinished:
        unfinished.mkdir()
    (target / "of the user").touch()
    with (
        pytest.raises(IsADirectoryError, match=r"no folder in the place.*either"),
        replacing(target) as unfinished,
    ):
        unfinished.write_text("a file again")
    assert [path.name for path in tmp_path.rglob("*")] == ["either", "of the user"]


def test_a_failure_leaves_the_old_content_and_nothing_beside_it(tmp_path: Path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(target) as unfinished:
        unfinished.write_text("hal")
        raise KeyboardInterrupt
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_what_a_killed_run_left_beside_a_file_is_cleared_away(tmp_path: Path):
    (tmp_path / ".unfinished.a.txt").write_text("hal")
    settle(tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("left", "found"),
    [
        ({"images": "old", ".unfinished.images": "half"}, "old"),
        ({".unfinished.images": "new", ".replaced.images": "old"}, "new"),
        ({"images": "new", ".replaced.images": "old"}, "new"),
        ({".replaced.images": "old"}, "old"),
    ],
)
def test_a_folder_that_was_being_exchanged_by_a_killed_run_is_whole(tmp_path: Path, left, found):
    for name, content in left.items():
        (tmp_path / name / content).mkdir(parents=True)
    settle(tmp_path / "images")
    assert [path.name for path in tmp_path.iterdir()] == ["images"]
    assert [path.name for path in (tmp_path / "images").iterdir()] == [found]


def test_everything_is_on_disk_before_the_old_file_goes(tmp_path: Path, monkeypatch):
    flushed = []
    monkeypatch.setattr("os.fsync", lambda descriptor: flushed.append(os.fstat(descriptor).st_ino))
    with replacing(tmp_path / "images") as unfinished:
        unfinished.mkdir()
        (unfinished / "a.npy").touch()
        written = [(unfinished / "a.npy").stat().st_ino, unfinished.stat().st_ino]
    assert flushed == [*written, tmp_path.stat().st_ino]


def test_a_link_is_replaced_and_what_it_points_to_is_kept(tmp_path: Path):
    # DVC may link an output to its cache, which must never change.
    cached = tmp_path / "cache"
    cached.mkdir()
    (cached / "kept").touch()
    (tmp_path / "out").symlink_to(cached)
    with replacing(tmp_path / "out") as unfinished:
        unfinished.mkdir()
    assert not (tmp_path / "out").is_symlink()
    assert (cached / "kept").exists()

from pathlib import Path

import pytest

from pneumoscope.datasets.atomic import replacing


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


def test_a_folder_may_replace_a_file_and_a_file_a_folder(tmp_path: Path):
    target = tmp_path / "either"
    target.write_text("a file")
    with replacing(target) as unfinished:
        unfinished.mkdir()
    assert target.is_dir()
    with replacing(target) as unfinished:
        unfinished.write_text("a file again")
    assert target.read_text() == "a file again"
    assert [path.name for path in tmp_path.iterdir()] == ["either"]


def test_a_failure_leaves_the_old_content_and_the_next_run_clears_up(tmp_path: Path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(OSError, match="disk full"), replacing(target) as unfinished:
        unfinished.write_text("hal")
        raise OSError("disk full")
    assert target.read_text() == "old"
    with replacing(target) as unfinished:
        assert not unfinished.exists()
        unfinished.write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


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

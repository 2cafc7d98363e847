import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.io import DatasetError

from pneumoscope.datasets.radiograph_folder import MARKER, RadiographFolderDataset
from pneumoscope.ingestion.file_names import unescape_name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "radiographs"
    (root / "train" / "NORMAL").mkdir(parents=True)
    (root / "train" / "NORMAL" / "a.jpeg").write_bytes(b"a")
    (root / "train" / ".DS_Store").write_bytes(b"litter")
    return root


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret.jpeg").write_bytes(b"secret")
    return tmp_path / "elsewhere"


def load(folder: Path) -> dict:
    return RadiographFolderDataset(str(folder)).load()


def test_every_file_is_listed_by_its_relative_path_and_read_on_demand(folder):
    files = load(folder)
    assert list(files) == ["train/.DS_Store", "train/NORMAL/a.jpeg"]
    (folder / "train" / "NORMAL" / "a.jpeg").write_bytes(b"later")
    assert files["train/NORMAL/a.jpeg"]() == b"later"


def test_no_reader_is_held_of_a_folder(folder):
    files = load(folder)
    assert files["train/NORMAL/a.jpeg"] is not files["train/NORMAL/a.jpeg"]
    assert len(files) == 2 and "train/NORMAL/b.jpeg" not in files
    with pytest.raises(KeyError, match="NORMAL"):
        files["train/NORMAL/b.jpeg"]


def test_a_missing_folder_is_an_error_with_its_remedy(tmp_path: Path):
    with pytest.raises(DatasetError, match=r"none at '.*nowhere'. Set RADIOGRAPHS=<folder>"):
        load(tmp_path / "nowhere")


def test_a_linked_file_outside_the_folder_is_listed_but_not_followed(folder, elsewhere):
    (folder / "train" / "NORMAL" / "b.jpeg").symlink_to(elsewhere / "secret.jpeg")
    with pytest.raises(OSError, match="a symbolic link that leaves the folder, not followed"):
        load(folder)["train/NORMAL/b.jpeg"]()


def test_a_linked_folder_is_listed_but_not_entered(folder, elsewhere):
    (folder / "train" / "PNEUMONIA").symlink_to(elsewhere)
    (folder / "train" / "sano").symlink_to(folder / "train" / "NORMAL")
    files = load(folder)
    assert not any("secret" in path for path in files)
    with pytest.raises(OSError, match="a symbolic link to a folder, not followed"):
        files["train/PNEUMONIA/"]()
    with pytest.raises(OSError, match="a symbolic link to a folder, not followed"):
        files["train/sano/"]()


def test_a_link_within_the_folder_is_read(folder):
    (folder / "train" / "NORMAL" / "b.jpeg").symlink_to("a.jpeg")
    assert load(folder)["train/NORMAL/b.jpeg"]() == b"a"


@pytest.mark.parametrize("target", ["b.jpeg", "nothing.jpeg"])
def test_a_link_to_itself_or_to_nothing_raises_oserror(folder, target):
    (folder / "train" / "NORMAL" / "b.jpeg").symlink_to(target)
    with pytest.raises(OSError, match="b"):
        load(folder)["train/NORMAL/b.jpeg"]()


def test_a_pipe_is_refused_rather_than_waited_for(folder):
    os.mkfifo(folder / "train" / "NORMAL" / "b.jpeg")
    with pytest.raises(OSError, match="a pipe or device, not a file"):
        load(folder)["train/NORMAL/b.jpeg"]()


def test_a_folder_that_cannot_be_searched_is_listed(folder, monkeypatch):
    allowed = os.scandir

    def scandir(path):
        if str(path).endswith("NORMAL"):
            raise PermissionError(13, "Permission denied", str(path))
        return allowed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    files = load(folder)
    assert list(files) == ["train/.DS_Store", "train/NORMAL/"]
    with pytest.raises(OSError, match="Permission denied"):
        files["train/NORMAL/"]()


def test_the_folder_itself_must_be_readable(folder, monkeypatch):
    def scandir(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(DatasetError, match=r"a folder that can be read, .*: Permission denied"):
        load(folder)


@pytest.mark.parametrize(("name", "levels"), [("D" * 240, 30), ("d", 1500)])
def test_a_folder_of_any_depth_stops_nothing(folder, name, levels):
    # Longer than a path may be, or deeper than Python recurses.
    here = os.open(folder / "train", os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=here)
        outer, here = here, os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(outer)
    os.close(os.open("deep.jpeg", os.O_CREAT, dir_fd=here))
    os.close(here)
    *beside, deep = sorted(load(folder), key=len)
    assert beside == ["train/.DS_Store", "train/NORMAL/a.jpeg"]
    assert deep.endswith(f"{name}/" if len(name) > 1 else "d/deep.jpeg")
    # pytest would clear it away by a function that recurses.
    subprocess.run(["rm", "-rf", folder], check=True)


def test_a_name_in_another_encoding_can_be_written_down_and_read(folder):
    name = os.fsdecode(b"caf\xe9.jpeg")
    (folder / "train" / "NORMAL" / name).write_bytes(b"coffee")
    (folder / "train" / "NORMAL" / r"caf\udce9.jpeg").write_bytes(b"backslash")
    files = load(folder)
    path = r"train/NORMAL/caf\udce9.jpeg"
    assert path.encode()
    assert files[path]() == b"coffee"
    assert files[r"train/NORMAL/caf\\udce9.jpeg"]() == b"backslash"


def test_names_that_end_a_row_or_begin_a_formula_are_escaped(folder):
    for name in ("Icon\r", "=cmd.jpeg"):
        (folder / name).write_bytes(name.encode())
    files = load(folder)
    assert files[r"Icon\x0d"]() == b"Icon\r"
    assert files[r"\x3dcmd.jpeg"]() == b"=cmd.jpeg"


def test_the_size_is_known_before_a_sparse_file_is_read(folder):
    with (folder / "train" / "NORMAL" / "a.jpeg").open("r+b") as file:
        file.truncate(10**10)
    assert load(folder)["train/NORMAL/a.jpeg"].size == 10**10


def test_files_are_saved_byte_for_byte(tmp_path: Path):
    dataset = RadiographFolderDataset(str(tmp_path / "phantoms"))
    dataset.save({"train/NORMAL/a.jpeg": lambda: b"\xff\xd8", "b.jpeg": lambda: b""})
    assert {path: read() for path, read in dataset.load().items()} == {
        "b.jpeg": b"", "train/NORMAL/a.jpeg": b"\xff\xd8",
    }  # fmt: skip


def test_a_folder_made_here_is_made_anew(tmp_path: Path):
    dataset = RadiographFolderDataset(str(tmp_path / "phantoms"))
    dataset.save({"old.jpeg": lambda: b"old"})
    dataset.save({"new.jpeg": lambda: b"new"})
    assert list(dataset.load()) == ["new.jpeg"]


def test_a_folder_of_someone_else_is_never_overwritten(folder):
    with pytest.raises(
        DatasetError, match=r"a folder that Pneumoscope made, .*which holds something else"
    ):
        RadiographFolderDataset(str(folder)).save({"a.jpeg": lambda: b"a"})
    assert (folder / "train" / "NORMAL" / "a.jpeg").read_bytes() == b"a"


@pytest.mark.parametrize("path", ["../escaped.jpeg", "/tmp/../escaped.jpeg", "a/../../b.jpeg"])
def test_a_path_out_of_the_folder_is_refused(tmp_path: Path, path):
    with pytest.raises(DatasetError, match="a path inside the folder, received"):
        RadiographFolderDataset(str(tmp_path / "phantoms")).save({path: lambda: b""})
    assert not (tmp_path / "escaped.jpeg").exists()


def test_a_failure_while_saving_leaves_the_old_folder(tmp_path: Path):
    def fail() -> bytes:
        raise OSError("disk full")

    dataset = RadiographFolderDataset(str(tmp_path / "phantoms"))
    dataset.save({"old.jpeg": lambda: b"old"})
    with pytest.raises(DatasetError, match="disk full"):
        dataset.save({"new.jpeg": lambda: b"new", "worse.jpeg": fail})
    assert list(dataset.load()) == ["old.jpeg"]
    assert (tmp_path / "phantoms" / MARKER).exists()


ENTRY = st.binary(min_size=1, max_size=12).filter(
    lambda name: (
        not {b"/", b"\0"} & {name[i : i + 1] for i in range(len(name))}
        and name not in (b".", b"..", MARKER.encode())
    )
)


@given(st.sets(ENTRY, max_size=6))
def test_every_name_that_a_disk_can_hold_is_one_file_with_its_own_content(names):
    with TemporaryDirectory() as folder:
        for name in names:
            (Path(folder) / os.fsdecode(name)).write_bytes(name)
        files = load(Path(folder))
        assert {read() for read in files.values()} == names
        assert len(files) == len(names)
        assert {os.fsencode(unescape_name(path)) for path in files} == names

"""Files of a package: from a folder, an archive or npm, and never others than were published."""

import hashlib
import io
import os
import stat
import sys
import tarfile
from pathlib import Path

import pytest
from kedro.io import DatasetError

from pneumoscope.datasets.npm_files import NpmFilesDataset

CONTENT = {"a.mjs": b"export {}", "b.wasm": b"\0asm"}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def packed(into: Path, content=CONTENT) -> Path:
    """Write the archive as npm packs it."""
    into.mkdir(parents=True, exist_ok=True)
    with tarfile.open(into / "runtime-1.2.3.tgz", "w:gz") as archive:
        for name, data in content.items():
            member = tarfile.TarInfo(f"package/dist/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return into


def dataset(kept: Path, given: Path | None = None) -> NpmFilesDataset:
    hashes = {name: sha256(data) for name, data in CONTENT.items()}
    return NpmFilesDataset(str(kept), "runtime", "1.2.3", hashes, given and str(given))


def check(found: dict[str, bytes]) -> None:
    assert found == {**CONTENT, "version": b"1.2.3"}


def test_a_folder_may_hold_the_archive_or_what_was_in_it(tmp_path):
    check(dataset(tmp_path / "kept", packed(tmp_path / "packed")).load())
    for inside in ("", "dist", "package/dist", "node_modules/runtime/dist"):
        folder = tmp_path / (inside.replace("/", "-") or "plain")
        (folder / inside).mkdir(parents=True)
        for name, data in CONTENT.items():
            (folder / inside / name).write_bytes(data)
        check(dataset(tmp_path / "kept", folder).load())


def test_another_file_than_was_published_is_refused(tmp_path):
    changed = packed(tmp_path / "packed", {**CONTENT, "b.wasm": b"another"})
    with pytest.raises(DatasetError, match=r"'b\.wasm' of runtime 1\.2\.3, SHA-256 .*npm pack"):
        dataset(tmp_path / "kept", changed).load()


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_an_archive_that_cannot_be_read_is_told(tmp_path, content):
    (tmp_path / "runtime-1.2.3.tgz").write_bytes(content)
    with pytest.raises(DatasetError, match="cannot be read"):
        dataset(tmp_path / "kept", tmp_path).load()
    packed(tmp_path, {"a.mjs": b""})
    with pytest.raises(DatasetError, match="cannot be read"):
        dataset(tmp_path / "kept", tmp_path).load()


def test_a_folder_without_it_is_told_and_nothing_is_put_there(tmp_path):
    with pytest.raises(DatasetError, match=r"npm pack runtime@1\.2\.3.*--runtime <folder>"):
        dataset(tmp_path / "kept", tmp_path / "none").load()
    assert list(tmp_path.iterdir()) == []


def test_without_npm_the_command_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DatasetError, match=r"no npm on this machine.*npm pack runtime@1\.2\.3"):
        dataset(tmp_path / "kept").load()


def npm(place: Path, script: str) -> Path:
    """Put a program of that name on the path."""
    place.mkdir()
    program = place / "npm"
    program.write_text(f"#!{sys.executable}\n{script}")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    return place


@pytest.mark.skipif(sys.platform == "win32", reason="the program in npm's place is a script")
def test_npm_fetches_it_once(tmp_path, monkeypatch):
    source = packed(tmp_path / "registry") / "runtime-1.2.3.tgz"
    script = (
        "import shutil, sys\nassert sys.argv[1:4] == ['pack', 'runtime@1.2.3', "
        f"'--pack-destination']\nshutil.copy('{source}', sys.argv[4])"
    )
    monkeypatch.setenv("PATH", f"{npm(tmp_path / 'bin', script)}{os.pathsep}{os.environ['PATH']}")
    check(dataset(tmp_path / "kept").load())
    source.unlink()
    check(dataset(tmp_path / "kept").load())
    assert [file.name for file in (tmp_path / "kept").iterdir()] == ["runtime-1.2.3.tgz"]


@pytest.mark.skipif(sys.platform == "win32", reason="the program in npm's place is a script")
def test_what_npm_says_is_told(tmp_path, monkeypatch):
    script = "import sys\nsys.exit('npm error 404 no such package')"
    monkeypatch.setenv("PATH", f"{npm(tmp_path / 'bin', script)}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(DatasetError, match="npm failed: npm error 404 no such package"):
        dataset(tmp_path / "kept").load()


def test_it_is_read_only(tmp_path):
    with pytest.raises(DatasetError, match="read only"):
        dataset(tmp_path).save({})

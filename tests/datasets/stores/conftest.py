"""Archives as a user, a careless tool or an attacker packs them."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[..., Path]:
    """Write a zip of (name or ZipInfo, bytes) pairs."""

    def zipped(*members: tuple, method: int = zipfile.ZIP_DEFLATED, name: str = "a.zip") -> Path:
        with zipfile.ZipFile(tmp_path / name, "w", method) as archive:
            for member, data in members:
                archive.writestr(member, data)
        return tmp_path / name

    return zipped


@pytest.fixture
def tarred(tmp_path: Path) -> Callable[..., Path]:
    """Write a tar of (name or TarInfo, bytes) pairs; its name says how it is compressed."""

    def tarred(*members: tuple, name: str = "a.tar") -> Path:
        mode = "w:" + name.rpartition(".")[2].replace("tar", "")
        with tarfile.open(tmp_path / name, mode) as archive:
            for member, data in members:
                info = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(member)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return tmp_path / name

    return tarred

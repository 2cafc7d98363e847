"""Kedro dataset of a folder that holds a few files, which appear all at once."""

from collections.abc import Mapping
from pathlib import Path

from pneumoscope.datasets.atomic import AtomicDataset
from pneumoscope.errors import InputError


class FilesDataset(AtomicDataset[Mapping[str, bytes], dict[str, bytes]]):
    """Saves path to content as the files of a new folder, in place of the old one."""

    def _read(self, path: Path) -> dict[str, bytes]:
        if not path.is_dir():
            raise InputError(
                f"a folder of files at {path}", "none", "Run the pipeline that writes it again."
            )
        files = sorted(file for file in path.rglob("*") if file.is_file())
        return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}

    def _write(self, path: Path, data: Mapping[str, bytes]) -> None:
        path.mkdir()
        for name, content in data.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)

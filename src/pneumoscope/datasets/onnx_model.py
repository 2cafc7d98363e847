"""Kedro dataset of ONNX models whose bytes depend on nothing but the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pneumoscope.datasets.atomic import AtomicDataset
from pneumoscope.errors import InputError

if TYPE_CHECKING:
    import onnx


class OnnxModelDataset(AtomicDataset["onnx.ModelProto", bytes]):
    """Saves a model as one file; loads its bytes, which is what runtimes take."""

    def _read(self, path: Path) -> bytes:
        if not path.is_file():
            raise InputError(
                f"an exported model in {path}", "no such file",
                "Export it first: kedro export --model <name>",
            )  # fmt: skip
        return path.read_bytes()

    def _write(self, path: Path, data: onnx.ModelProto) -> None:
        path.write_bytes(data.SerializeToString(deterministic=True))

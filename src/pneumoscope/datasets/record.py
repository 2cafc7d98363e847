"""A typed record as JSON: the edge at which dataclasses become text and come back checked."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from kedro.io import Version
from kedro_datasets._typing import JSONPreview
from pydantic import TypeAdapter, ValidationError

from pneumoscope.datasets.atomic import AtomicDataset
from pneumoscope.errors import InputError


class RecordDataset(AtomicDataset[Any, Any]):
    """Saves a frozen dataclass as JSON, and loads it as the same dataclass, its fields checked.

    Args:
        filepath: The JSON file.
        record: Dotted path of the dataclass.
        version: Versions to load and save, set by Kedro.
        metadata: Layer settings for kedro-viz.
    """

    def __init__(
        self,
        filepath: str,
        record: str,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Describe the file; nothing is imported, read or written yet."""
        super().__init__(filepath, version, metadata)
        self._record = record

    # kedro-viz reads the name of the returned type to know that this is JSON.
    def preview(self) -> JSONPreview:
        """Return the JSON as text, for kedro-viz."""
        return JSONPreview(Path(self._get_load_path()).read_text(encoding="utf-8"))

    def _read(self, path: Path) -> Any:
        try:
            return self._adapter().validate_json(path.read_bytes())
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the file"
            raise InputError(
                f"a {self._record.rsplit('.', 1)[-1]} in {path}",
                f"something else ({where}: {first['msg']})",
                "Run the pipeline that writes it again.",
            ) from error

    def _write(self, path: Path, data: Any) -> None:
        plain = self._adapter().dump_python(data, mode="json", warnings="error")
        encoder = json.JSONEncoder(indent=2, allow_nan=False, ensure_ascii=False)
        with path.open("w", encoding="utf-8") as file:
            # As a whole, a record that lists films takes several times its size in memory.
            file.writelines(encoder.iterencode(plain))
            file.write("\n")

    def _adapter(self) -> TypeAdapter[Any]:
        module, name = self._record.rsplit(".", 1)
        return TypeAdapter(getattr(import_module(module), name))

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "record": self._record}

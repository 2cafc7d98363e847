"""A typed record as JSON: the edge at which dataclasses become text and come back checked."""

import json
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any

from kedro.io import AbstractVersionedDataset, DatasetError, Version
from pydantic import TypeAdapter, ValidationError

from pneumoscope.datasets.atomic import replacing


class RecordDataset(AbstractVersionedDataset[Any, Any]):
    """Saves a frozen dataclass as JSON, and loads it as the same dataclass, its fields checked."""

    def __init__(
        self,
        *,
        filepath: str,
        record: str,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Describe the file; nothing is imported, read or written yet.

        Args:
            filepath: The JSON file.
            record: Dotted path of the dataclass.
            version: Version to load and save, if versioned.
            metadata: Layer settings for kedro-viz.
        """
        super().__init__(PurePosixPath(Path(filepath).as_posix()), version)
        self._record = record
        self.metadata = metadata

    def load(self) -> Any:
        """Return the record.

        Raises:
            DatasetError: The file is no JSON, or holds another record.
        """
        path = Path(self._get_load_path())
        try:
            return self._adapter().validate_json(path.read_bytes())
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the file"
            raise DatasetError(
                f"expected a {self._record.rsplit('.', 1)[-1]} in {path}, received something else "
                f"({where}: {first['msg']}); run the pipeline that writes it again"
            ) from error

    def save(self, data: Any) -> None:
        """Write the record; the file appears whole or not at all."""
        plain = self._adapter().dump_python(data, mode="json", warnings="error")
        with replacing(Path(self._get_save_path())) as unfinished:
            text = json.dumps(plain, indent=2, allow_nan=False, ensure_ascii=False)
            unfinished.write_text(f"{text}\n", encoding="utf-8")

    def preview(self) -> Any:
        """Return the JSON as text, for kedro-viz."""
        from kedro_datasets._typing import JSONPreview

        return JSONPreview(Path(self._get_load_path()).read_text(encoding="utf-8"))

    def _adapter(self) -> TypeAdapter[Any]:
        module, name = self._record.rsplit(".", 1)
        return TypeAdapter(getattr(import_module(module), name))

    def _exists(self) -> bool:
        try:
            return Path(self._get_load_path()).is_file()
        except DatasetError:
            return False

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath.as_posix(), "record": self._record}

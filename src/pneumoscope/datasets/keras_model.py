"""Kedro dataset of Keras models whose bytes depend on nothing but the model."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import DatasetError, Version

from pneumoscope.datasets.atomic import AtomicDataset

if TYPE_CHECKING:
    import keras

# The earliest moment a zip archive can name; Keras would write the moment of saving.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_DATE_SAVED = "1980-01-01@00:00:00"
_OWNER_WRITES_ALL_READ = 0o644 << 16

_Identity = tuple[str | int, ...]


class KerasModelDataset(AtomicDataset["keras.Model", "keras.Model"]):
    """Saves and loads a model as `.keras`; equal models give equal bytes.

    Keras is imported when a model is saved or loaded, not with the catalog. Loading runs in
    safe mode, so that a file cannot carry code, and gives an uncompiled model of one grey film
    and one score; any other is refused. A file that was saved or loaded is not read again: until
    the dataset is released, loading it gives the same object, with all that was traced and
    compiled for it.

    Example:
        ```yaml
        model_mlp:
          type: pneumoscope.datasets.keras_model.KerasModelDataset
          filepath: data/06_models/mlp/model.keras
          versioned: true
        ```

    Args:
        filepath: Where the model lies, ending in `.keras`; with a version it is a folder of
            versions.
        version: Versions to load and save, set by Kedro.
        metadata: Kept for plugins, not used here.

    Raises:
        DatasetError: When the path does not end in `.keras`.
    """

    def __init__(
        self, filepath: str, version: Version | None = None, metadata: dict[str, Any] | None = None
    ) -> None:
        """Check the path; nothing is read yet."""
        if not filepath.endswith(".keras"):
            raise DatasetError(f"expected a filepath that ends in .keras, received {filepath}")
        super().__init__(filepath, version, metadata)
        self._loaded: tuple[_Identity, keras.Model] | None = None

    def save(self, data: keras.Model) -> None:
        """Write the model, and keep it for whoever loads it next."""
        super().save(data)
        # To build a backbone anew takes as long as some steps of its training.
        self._loaded = _identity(Path(self._get_load_path())), data

    def _read(self, path: Path) -> keras.Model:
        import keras

        from pneumoscope.models.architectures.interface import check_interface
        from pneumoscope.models.backend import pin_settings

        identity = _identity(path)
        if self._loaded is None or self._loaded[0] != identity:
            pin_settings()
            model = keras.saving.load_model(path, compile=False, safe_mode=True)
            self._loaded = identity, model
        check_interface(self._loaded[1], str(path))
        return self._loaded[1]

    def _write(self, path: Path, data: keras.Model) -> None:
        data.save(path)
        path.write_bytes(_canonical(path))

    def _release(self) -> None:
        self._loaded = None
        super()._release()


def _identity(path: Path) -> _Identity:
    """Tell a file from what may have stood, or stand later, in its place."""
    if not path.is_file():
        return (str(path),)
    found = path.stat()
    return str(path), found.st_mtime_ns, found.st_size, found.st_ino


def _canonical(source: Path) -> bytes:
    """Return a `.keras` archive without dates, addresses in memory and order of writing."""
    target = BytesIO()
    with zipfile.ZipFile(source) as saved, zipfile.ZipFile(target, "w") as canonical:
        for name in sorted(saved.namelist()):
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.external_attr = _OWNER_WRITES_ALL_READ
            canonical.writestr(entry, _canonical_content(name, saved.read(name)))
    return target.getvalue()


def _canonical_content(name: str, content: bytes) -> bytes:
    if not name.endswith(".json"):
        return content
    document = json.loads(content)
    if name == "metadata.json":
        document["date_saved"] = _DATE_SAVED
    return json.dumps(_without_addresses(document), sort_keys=True).encode()


def _without_addresses(document: Any) -> Any:
    """Drop `shared_object_id`, the address in memory of a dtype policy or initialiser.

    Objects without weights are rebuilt once for each layer then, to the same effect.
    """
    if isinstance(document, dict):
        return {
            key: _without_addresses(value)
            for key, value in document.items()
            if key != "shared_object_id"
        }
    if isinstance(document, list):
        return [_without_addresses(value) for value in document]
    return document

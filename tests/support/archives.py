"""Films in archives and stores, and what is read from there."""

from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.datasets.stores.interface import Files

FILMS = {
    "train/NORMAL/a.jpeg": b"a" * 700,
    "train/PNEUMONIA/ä b.jpeg": bytes(range(256)) * 9,
    "test/NORMAL/empty.jpeg": b"",
}


def load(place: object, **arguments: dict) -> Files:
    return RadiographFolderDataset(str(place), **arguments).load()


def contents(files: Files) -> dict[str, bytes | str]:
    """Bytes of each file, or why there are none."""
    found: dict[str, bytes | str] = {}
    for path, read in files.items():
        try:
            found[path] = read()
        except OSError as error:
            found[path] = error.strerror or str(error)
    return found

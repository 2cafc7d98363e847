"""Where the radiographs come from."""

from collections.abc import Callable

from pneumoscope.ingestion.litter import is_litter
from pneumoscope.options import FetchOptions

Reader = Callable[[], bytes]


def make_phantoms(options: FetchOptions, seed: int) -> dict[str, Reader]:
    """Describe the synthetic radiographs; each is rendered when it is written."""
    from pneumoscope.phantoms.collection import make_phantoms

    return make_phantoms(options.phantoms, seed)


def unpack_archive(archive: dict[str, Reader]) -> dict[str, Reader]:
    """Keep the files of a published archive, byte for byte, without the known litter in it."""
    return {path: read for path, read in archive.items() if not is_litter(path)}

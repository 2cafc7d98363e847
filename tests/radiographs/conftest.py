"""Reading bytes under small bounds."""

from collections.abc import Callable

import pytest

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.interface import DecodedRadiograph
from pneumoscope.radiographs.decoding import decode


@pytest.fixture(scope="session")
def bounds() -> DecodingOptions:
    return DecodingOptions(
        working_side=32, max_megabytes=1, max_megapixels=1, max_aspect=4, max_scans=20
    )


@pytest.fixture(scope="session")
def read(bounds) -> Callable[..., DecodedRadiograph]:
    """Decode under `bounds`; keywords replace some: `read(data, working_side=500)`."""

    def read(data: bytes, **changed: float) -> DecodedRadiograph:
        return decode(data, bounds.model_copy(update=changed))

    return read

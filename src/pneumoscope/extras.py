"""What to do where an optional package is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

from pneumoscope.errors import InputError


@contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Say which extra brings the package that is missing.

    Args:
        extra: Its name in pyproject.toml.

    Raises:
        InputError: A package could not be imported.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "pneumoscope":
            raise
        raise InputError(
            f"the package {error.name}, which the extra `{extra}` brings",
            "none of that name",
            f"uv pip install 'pneumoscope[{extra}]'; in a checkout: uv pip install -e '.[{extra}]'",
        ) from error

"""What a library warns of while a film is decoded, raised in the thread that decodes it.

Left alone, a warning says which line of a library it comes from, and not which file is odd. Filters
of warnings cannot refuse it reliably: they are of the process, so that whatever enters or leaves
`warnings.catch_warnings` meanwhile, in another thread or between two films, puts others in their
place, and an odd film would pass for a sound one. `warnings.warn` is therefore taken before any
filter is asked; in threads that decode nothing it is what it was.
"""

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image

_ON_NAMES_ALONE = "pydicom.charset"
"""An odd character set concerns names, and no pixel."""

_warn = warnings.warn


class _Thread(threading.local):
    """Whether this thread decodes a film."""

    decodes = False


_THREAD = _Thread()


@contextmanager
def warnings_refused() -> Iterator[None]:
    """Have every `UserWarning` raised as an error, in this thread alone, while this lasts."""
    before, _THREAD.decodes = _THREAD.decodes, True
    try:
        yield
    finally:
        _THREAD.decodes = before


def _refuse_or_warn(
    message: Any, category: Any = None, stacklevel: int = 1, source: Any = None, **more: Any
) -> None:
    """Stand in for `warnings.warn`, whose arguments these are.

    Raises:
        UserWarning: A film is being decoded in this thread.
    """
    kind = type(message) if isinstance(message, Warning) else category or UserWarning
    if _THREAD.decodes and issubclass(kind, UserWarning):
        if sys._getframe(stacklevel).f_globals.get("__name__") != _ON_NAMES_ALONE:
            raise message if isinstance(message, Warning) else kind(message)
        return
    if _THREAD.decodes and issubclass(kind, Image.DecompressionBombWarning):
        return  # The bounds of the decoding are lower.
    # One level further up, past this function; with prefixes to skip, 1 counts as 2.
    above = max(stacklevel, 2) if more.get("skip_file_prefixes") else stacklevel
    _warn(message, category, above + 1, source, **more)


warnings.warn = _refuse_or_warn

"""Memory that a step has freed, given back to the system before the next one begins."""

import ctypes
import sys
from functools import cache
from typing import Any

from kedro.framework.hooks import hook_impl


class MemoryHooks:
    """Gives freed memory back after each entry that was saved.

    Allocators keep what tables and images took, in pieces that the next step seldom fits into.
    """

    @hook_impl
    def after_dataset_saved(self) -> None:
        """Give back what Arrow and the C library hold and do not use."""
        if arrow := sys.modules.get("pyarrow"):
            arrow.default_memory_pool().release_unused()
        if trim := _trim():
            trim(0)


@cache
def _trim() -> Any:
    """Return what glibc offers for it; None on systems with another C library."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None

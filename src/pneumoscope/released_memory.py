"""Memory that a step has freed, given back to the system before the next one begins."""

import ctypes
import os
import sys
from functools import cache
from typing import Any

from kedro.framework.hooks import hook_impl


class MemoryHooks:
    """Gives freed memory back after each entry that was saved.

    Allocators keep what tables and images took, in pieces that the next step seldom fits into.
    """

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Have tables lie in the memory of the C library, where it gives freed memory back.

        Arrow's own allocator keeps most of what a table took: with each film more, 5 KiB.
        """
        import pyarrow

        if _trim() and "ARROW_DEFAULT_MEMORY_POOL" not in os.environ:
            pyarrow.set_memory_pool(pyarrow.system_memory_pool())

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

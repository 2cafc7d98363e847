"""Memory that a step has freed, given back to the system before the next one begins."""

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from kedro.framework.hooks import hook_impl


@contextmanager
def collected_later() -> Iterator[None]:
    """Look for garbage only once a pipeline begins, and then not among what was loaded before it.

    Modules, configuration and graph are half a million objects that live to the end; going through
    them, again and again while they grow, takes a tenth of a short run.
    """
    others = gc.get_freeze_count()
    gc.disable()
    try:
        yield
    finally:
        # What a run has left behind is garbage like any other; only all can be thawed together.
        if not others:
            gc.unfreeze()
        gc.enable()


class MemoryHooks:
    """Gives freed memory back after each entry that was saved.

    Allocators keep what tables and images took, in pieces that the next step seldom fits into.
    """

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Have tables lie in the memory of the C library, and garbage looked for from here on.

        The C library gives freed memory back. Arrow's own allocator keeps most of what a table
        took: with each film more, 5 KiB.
        """
        import pyarrow

        if _trim() and "ARROW_DEFAULT_MEMORY_POOL" not in os.environ:
            pyarrow.set_memory_pool(pyarrow.system_memory_pool())
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

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

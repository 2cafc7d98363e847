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
from kedro.pipeline import Node

DATA = "data"
"""Tag of the nodes that work on tables, up to the images that models are trained on."""

_APART, _AS_EVER = 2**19, 2**25
"""Bytes from which on an array lies apart, and up to which glibc raises that by itself."""

_WAITING = 2**22
"""Bytes that wait at the end of a heap where nodes work on tables."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Of glibc's `mallopt`; musl has no such function."""


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
    """Gives freed memory back after each entry that was saved, and before each step on tables.

    Allocators keep what tables and images took, in pieces that the next step seldom fits into. What
    a step was given and has made is freed once it is over, and so after all of it was saved.
    """

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Have tables lie in the memory of the C library, and garbage looked for from here on.

        The C library gives freed memory back. Arrow's own allocator keeps most of what a table
        took: with each film more, 5 KiB.
        """
        import pyarrow

        if _trim() and os.environ.get("ARROW_DEFAULT_MEMORY_POOL", "system") == "system":
            pyarrow.set_memory_pool(pyarrow.system_memory_pool())
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    @hook_impl
    def before_dataset_loaded(self, node: Node) -> None:
        """Have arrays of tables lie apart where nodes work on tables, as long as they do.

        Each is then given back when it is freed. Otherwise the C library takes them for small
        from the first such array on that was freed, and they leave holes between others. Of what
        is freed at the end of a heap, which each thread has, little waits to be used again: what
        the threads that read films leave there is not given back otherwise. Networks take and free
        arrays at every step, for which that would cost more than it saves.
        """
        if DATA in node.tags:
            _lay_apart_from(_APART, _WAITING)
            _give_back()
        else:
            _lay_apart_from(_AS_EVER)

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Give back what reading its tables took besides, where a node works on tables."""
        if DATA in node.tags:
            _give_back()

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Have arrays lie as ever, as in a notebook that goes on."""
        _lay_apart_from(_AS_EVER)

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Do the same."""
        _lay_apart_from(_AS_EVER)

    @hook_impl
    def after_dataset_saved(self) -> None:
        """Do so after each entry."""
        _give_back()


def _give_back() -> None:
    """Give back what Arrow and the C library hold and do not use."""
    if arrow := sys.modules.get("pyarrow"):
        arrow.default_memory_pool().release_unused()
    if trim := _trim():
        trim(0)


def _trim() -> Any:
    """Return what gives freed memory back, where there is such a function."""
    return _glibc("malloc_trim")


def _lay_apart_from(size: int, waiting: int = _AS_EVER) -> None:
    """Have arrays of this size lie apart, and so much freed memory wait at the end of a heap."""
    if mallopt := _glibc("mallopt"):
        mallopt(_M_MMAP_THRESHOLD, size)
        # Else it would be that of a process that has just begun, and the heap grow and shrink.
        mallopt(_M_TRIM_THRESHOLD, waiting)


@cache
def _glibc(name: str) -> Any:
    """Return a function that glibc offers; None on systems with another C library."""
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return None

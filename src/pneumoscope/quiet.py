"""TensorFlow imported without the notices that it prints before it reads its own settings."""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

STDERR = 2

NOTICES = (
    rb"WARNING: All log messages before absl::InitializeLog\(\) is called",
    rb"[IW]\d{4} \d\d:\d\d:",
    rb"E\d{4} \d\d:\d\d:.*(Unable to register cu|already registered)",
    rb"To enable the following instructions: ",
)
"""Lines of information and warning, and of CUDA libraries that are registered twice."""

# A process of its own, since TensorFlow may abort at once: what it says then must not be lost.
_FILTER = f"""
import re, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
notices = re.compile(rb"|".join({NOTICES!r}))
for line in sys.stdin.buffer:
    if not notices.match(line):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
"""


class QuietImport(MetaPathFinder):
    """Finds one package as the other finders do, and filters what its import prints.

    Args:
        package: Name of the package.
    """

    def __init__(self, package: str = "tensorflow") -> None:
        """Remember the package."""
        self._package = package

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where the package is, with a loader that is quiet; None for all others."""
        if name != self._package:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                spec.loader = spec.loader and _QuietLoader(spec.loader)
                return spec
        return None


class _QuietLoader(Loader):
    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        with without_notices(), _collector_off():
            self._loader.exec_module(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


@contextmanager
def _collector_off() -> Iterator[None]:
    """Collect no garbage: what an import makes stays, and a fifth of its time went on looking.

    Where a run has set apart what lives to its end, so are these half a million objects: every
    search of all that there is would go through them again.
    """
    if not gc.isenabled():
        yield
        return
    apart = gc.get_freeze_count() > 0
    if apart:
        gc.collect()  # garbage that is set apart would stay
    gc.disable()
    try:
        yield
    finally:
        if apart:
            gc.freeze()
        gc.enable()


@contextmanager
def without_notices() -> Iterator[None]:
    """Filter what is written to the process's stderr, by C++ too; all but the notices passes."""
    try:
        kept = os.dup(STDERR)
    except OSError:  # there is none
        yield
        return
    try:
        reader = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _FILTER], stdin=subprocess.PIPE, stdout=kept
        )
    except OSError:
        os.close(kept)
        yield
        return
    assert reader.stdin is not None
    try:
        os.dup2(reader.stdin.fileno(), STDERR)
        reader.stdin.close()
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)
        # It ends with the last writer, which a process started by the import may still be.
        with suppress(subprocess.TimeoutExpired):
            reader.wait(timeout=5)

"""Which files of a package some of its modules need: what they import, wherever that stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pneumoscope.stages.source import Source


@dataclass(frozen=True)
class Package:
    """The source files of a package.

    Attributes:
        folder: The folder of the package; its name is that of the package.
    """

    folder: Path

    def needed_by(self, roots: Iterable[str]) -> set[Path]:
        """Find every file that some modules need: their own, and what these import in turn.

        An import counts wherever it stands, in a function too, but not under `TYPE_CHECKING`. A
        name that an `__init__` only passes on counts as an import of the module that defines
        it. A module imported by a name put together at run time stands for all of its package.

        Args:
            roots: Dotted names of modules.

        Raises:
            KeyError: A root is no module of the package.
        """
        reached: set[str] = set()
        waiting = list(roots)
        while waiting:
            module = waiting.pop()
            if module not in reached:
                reached.add(module)
                waiting += self._imported[module]
        modules = reached | {parent for module in reached for parent in _parents(module)}
        files = {self._sources[module].file for module in modules}
        return files | {file for module in modules for file in self._sources[module].data}

    @cached_property
    def _imported(self) -> dict[str, set[str]]:
        """Module to what it imports, and to the packages about it that do more than pass on."""
        return {
            module: source.imported(self._sources)
            | {one for one in _parents(module) if not self._sources[one].passed_on}
            for module, source in self._sources.items()
        }

    @cached_property
    def _sources(self) -> dict[str, Source]:
        files = sorted(self.folder.rglob("*.py"))
        return {source.module: source for source in (Source(self.folder, file) for file in files)}


def _parents(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]

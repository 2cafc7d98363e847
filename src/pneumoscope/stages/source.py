"""What one source file imports and reads, found in its text without running it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import cast

JINJA_DEFAULT = "templates"
"""The folder that `jinja2.PackageLoader` reads where it is told of none."""


@dataclass(frozen=True)
class Source:
    """One source file.

    Attributes:
        package: The folder of the package.
        file: The file in it.
    """

    package: Path
    file: Path

    @cached_property
    def module(self) -> str:
        """Its dotted name; that of the package for an `__init__`."""
        parts = self.file.relative_to(self.package.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def imported(self, sources: dict[str, "Source"]) -> set[str]:
        """Name the modules of the package that this file imports."""
        found = {
            defined
            for module, name in self._imports
            if (defined := _defined_in(module, name, sources))
        }
        dynamic = {
            module
            for start in self._prefixes
            for module in sources
            if module.startswith(start)
        }  # fmt: skip
        return found | dynamic

    @cached_property
    def data(self) -> tuple[Path, ...]:
        """What lies beside the file and it names: a table, a folder of templates."""
        return tuple(self._beside())

    def _beside(self) -> Iterator[Path]:
        for one in sorted(self.file.parent.iterdir()):
            named = f'{one.name}"' in self._text or (
                one.name == JINJA_DEFAULT and "PackageLoader(" in self._text
            )
            if named and one.suffix != ".py" and not _holds_modules(one):
                found = [one, *one.rglob("*")]
                yield from (file for file in found if file.is_file() and file.suffix != ".pyc")

    @cached_property
    def passed_on(self) -> dict[str, tuple[str, str]]:
        """Name to (module, name there) of what an `__init__` that does nothing else passes on."""
        if self.file.name != "__init__.py":
            return {}
        body = ast.parse(self._text).body
        statements = [one for one in body if not _is_text(one) and not _is_all(one)]
        if not all(isinstance(one, ast.ImportFrom) for one in statements):
            return {}
        return {
            alias.asname or alias.name: (self._absolute(one), alias.name)
            for one in statements
            if isinstance(one, ast.ImportFrom)
            for alias in one.names
        }

    @cached_property
    def _text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @property
    def _imports(self) -> Iterator[tuple[str, str]]:
        for one in _naming(self._text):
            if isinstance(one, ast.Import):
                yield from ((alias.name, "") for alias in one.names)
            elif isinstance(one, ast.ImportFrom):
                yield from ((self._absolute(one), alias.name) for alias in one.names)
            else:
                text, whole = self._known(one)
                # "package.module", "package.module:name" or "package.module.name"
                for named in {text.partition(":")[0], text.rpartition(".")[0]} if whole else ():
                    yield named, ""

    @property
    def _prefixes(self) -> Iterator[str]:
        """Yield what names of modules start with that are put together at run time."""
        for one in _naming(self._text):
            text, whole = self._known(one) if isinstance(one, ast.JoinedStr) else ("", True)
            if not whole and text.startswith(f"{self.package.name}.") and text.endswith("."):
                yield text

    def _known(self, one: ast.Constant | ast.JoinedStr) -> tuple[str, bool]:
        """Give a string as far as it is known before the code runs, and whether that is all."""
        inside = self.module if self.file.name == "__init__.py" else self.module.rpartition(".")[0]
        known = ""
        for part in one.values if isinstance(one, ast.JoinedStr) else [one]:
            if isinstance(part, ast.Constant):
                known += str(part.value)
            elif isinstance(part, ast.FormattedValue) and ast.unparse(part.value) == "__package__":
                known += inside
            else:
                return known, False
        return known, True

    def _absolute(self, one: ast.ImportFrom) -> str:
        if not one.level:
            return one.module or ""
        inside = self.module.split(".")
        up = one.level - (self.file.name == "__init__.py")
        return ".".join([*inside[: len(inside) - up], *([one.module] if one.module else [])])


def _defined_in(module: str, name: str, sources: dict[str, Source]) -> str | None:
    """Name the module that `from module import name` needs; None if it is another package's."""
    if f"{module}.{name}" in sources:
        return f"{module}.{name}"
    if module not in sources:
        return None
    if name in sources[module].passed_on:
        return _defined_in(*sources[module].passed_on[name], sources)
    return module


Naming = ast.Import | ast.ImportFrom | ast.Constant | ast.JoinedStr


@cache
def _naming(text: str) -> tuple[Naming, ...]:
    """Give what may name a module in a source: its imports and strings; once a process a text."""
    found: list[Naming] = []
    waiting: list[ast.AST] = [ast.parse(text)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Import | ast.ImportFrom | ast.JoinedStr) or _is_string(one):
            found.append(cast(Naming, one))
        # What stands under TYPE_CHECKING is not imported when the code runs.
        aside = isinstance(one, ast.If) and "TYPE_CHECKING" in ast.dump(one.test)
        waiting += cast(ast.If, one).orelse if aside else ast.iter_child_nodes(one)
    return tuple(found)


def _is_string(one: ast.AST) -> bool:
    return isinstance(one, ast.Constant) and isinstance(one.value, str)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_all(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__"


def _holds_modules(folder: Path) -> bool:
    return any(folder.glob("*.py"))

"""What the stages are read off: configuration, catalog and sources of the project."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from kedro.framework.context import KedroContext
from kedro.io import CatalogConfigResolver

from pneumoscope.stages.imports import Package

ENVIRONMENT = "base"
"""Whose parameters and catalog the stages follow, whatever `conf/local` says."""


@dataclass(frozen=True)
class Project:
    """What stages are read off.

    Attributes:
        context: Kedro's context of the environment `base`.
    """

    context: KedroContext

    @property
    def root(self) -> Path:
        """The project's folder."""
        return Path(self.context.project_path)

    @property
    def conf(self) -> Path:
        """The folder of the environment."""
        return self.root / "conf" / ENVIRONMENT

    @cached_property
    def package(self) -> Package:
        """The project's sources."""
        return Package(self.root / "src/pneumoscope")

    @cached_property
    def parameters(self) -> dict[str, tuple[str, Any]]:
        """Each parameter's file and value as written there."""
        return dict(self._entries("parameters*.yml"))

    @cached_property
    def catalog_files(self) -> dict[str, tuple[str, Any]]:
        """Each entry's file in the catalog, and the entry as written there."""
        return dict(self._entries("catalog*.yml"))

    @cached_property
    def resolver(self) -> CatalogConfigResolver:
        """What knows the patterns of the catalog."""
        in_memory = {"{default}": {"type": "MemoryDataset"}}
        loader = self.context.config_loader
        return CatalogConfigResolver(
            loader["catalog"], loader["credentials"], default_runtime_patterns=in_memory
        )

    def entry(self, name: str) -> dict[str, Any]:
        """Resolve a dataset's entry in the catalog."""
        if name not in self._resolved:
            written = self.resolver.config.get(name)
            self._resolved[name] = written or self.resolver.resolve_pattern(name)
        return self._resolved[name]

    def catalog_file(self, name: str) -> str:
        """Name the file that the entry of a dataset stands in."""
        if name not in self._stated:
            pattern = self.resolver.match_dataset_pattern(name)
            named = name if name in self.catalog_files else str(pattern)
            self._stated[name] = self.catalog_files[named][0]
        return self._stated[name]

    # Kedro tries each pattern of the catalog anew for each question; stages share their datasets.
    @cached_property
    def _resolved(self) -> dict[str, dict[str, Any]]:
        return {}

    @cached_property
    def _stated(self) -> dict[str, str]:
        return {}

    def relative(self, path: str | Path) -> str:
        """Give a path as `dvc.yaml` has it, from the project's folder if it lies there."""
        absolute = Path(self.root, path)
        inside = absolute.is_relative_to(self.root)
        return (absolute.relative_to(self.root) if inside else absolute).as_posix()

    def _entries(self, pattern: str) -> Iterator[tuple[str, tuple[str, Any]]]:
        # libyaml, where the wheel has it, takes a tenth of the time.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        for file in sorted(self.conf.rglob(pattern)):
            written = yaml.load(file.read_text(encoding="utf-8"), Loader=loader) or {}
            yield from ((key, (self.relative(file), value)) for key, value in written.items())

"""Steps that say which columns of their tables they need, so that no other is read."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Node

if TYPE_CHECKING:
    from pandas import DataFrame

Given = ParamSpec("Given")
Returned = TypeVar("Returned")

_NEEDED = "columns_needed"
"""Attribute of a step: the columns of its tables, by the names of its arguments."""


def needing(
    **tables: Sequence[str],
) -> Callable[[Callable[Given, Returned]], Callable[Given, Returned]]:
    """Give a step these columns of its tables, as far as they have them, and no others.

    Within a run no others are read from a file: a table of all that is known of each film takes
    400 bytes a film, and most steps need a few columns.

    Args:
        **tables: Columns by the argument that a table is given as.
    """

    def decorated(step: Callable[Given, Returned]) -> Callable[Given, Returned]:
        @wraps(step)
        def narrowed(*given: Given.args, **named: Given.kwargs) -> Returned:
            bound = signature(step).bind(*given, **named)
            for name, columns in tables.items():
                bound.arguments[name] = _narrow(bound.arguments[name], columns)
            return step(*bound.args, **bound.kwargs)

        setattr(narrowed, _NEEDED, tables)
        return narrowed

    return decorated


def _narrow(table: "DataFrame", columns: Sequence[str]) -> "DataFrame":
    kept = [name for name in table if name in columns]
    return table if len(kept) == table.shape[1] else table[kept]


class ColumnHooks:
    """Has no more read of a table than the step that it is read for needs."""

    @hook_impl
    def before_pipeline_run(self, catalog: CatalogProtocol) -> None:
        """Remember the entries."""
        self._catalog = catalog

    @hook_impl
    def before_dataset_loaded(self, dataset_name: str, node: Node) -> None:
        """Tell the entry that is read next which columns are wanted of it."""
        from pneumoscope.datasets.formats import ParquetDataset

        dataset = self._catalog.get(dataset_name)
        if isinstance(dataset, ParquetDataset):
            dataset.wanted = _needed(node).get(dataset_name)


def _needed(node: Node) -> Mapping[str, Sequence[str]]:
    """Return the columns that a node needs, by entry; nothing of those that it needs whole."""
    tables: Mapping[str, Sequence[str]] = getattr(node.func, _NEEDED, {})
    given = node._inputs
    if not isinstance(given, dict):
        given = dict(zip(signature(node.func).parameters, node.inputs, strict=False))
    return {given[name]: columns for name, columns in tables.items()}

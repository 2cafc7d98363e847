import inspect

import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node

from pneumoscope.columns import ColumnHooks, needing
from pneumoscope.datasets.formats import ParquetDataset
from pneumoscope.pipelines import ingestion, preprocessing, rebalancing

TABLE = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [0.5, 1.5]})


@needing(table=["c", "a", "not there"])
def columns_of(other: list, table: pd.DataFrame, *, more: int = 0) -> list:
    """Give the columns."""
    return [*other, *table, more]


def whole(table: pd.DataFrame) -> list:
    return list(table)


def test_a_step_is_given_what_it_says_that_it_needs_and_nothing_else():
    assert columns_of(["o"], TABLE) == ["o", "a", "c", 0]
    assert columns_of(other=[], table=TABLE[["b", "c"]], more=1) == ["c", 1]
    assert list(TABLE) == ["a", "b", "c"]


def test_a_step_is_still_known_for_what_it_is():
    assert columns_of.__name__ == "columns_of"
    assert list(inspect.signature(columns_of).parameters) == ["other", "table", "more"]


@pytest.fixture
def catalog(tmp_path):
    stored = ParquetDataset(filepath=str(tmp_path / "table.parquet"), save_args={"index": False})
    stored.save(TABLE)
    return DataCatalog({"stored": stored, "held": MemoryDataset([])})


@pytest.mark.parametrize(
    ("node", "read"),
    [
        (Node(columns_of, ["held", "stored"], "found", name="some"), ["a", "c"]),
        (Node(columns_of, {"table": "stored", "other": "held"}, "found", name="some"), ["a", "c"]),
        (Node(whole, "stored", "found", name="all"), ["a", "b", "c"]),
    ],
)
def test_no_more_of_a_file_is_read_than_its_step_needs(catalog, node, read):
    hooks = ColumnHooks()
    hooks.before_pipeline_run(catalog)
    for entry in node.inputs:
        hooks.before_dataset_loaded(entry, node)
    assert list(catalog.load("stored")) == read
    assert list(catalog.load("stored")) == ["a", "b", "c"]  # who asks next is not of the run


def test_columns_are_said_of_tables_that_steps_are_given(catalog):
    hooks = ColumnHooks()
    hooks.before_pipeline_run(catalog)
    made = (ingestion, rebalancing, preprocessing)
    nodes = [node for pipeline in made for node in pipeline.create_pipeline().nodes]
    said = [node for node in nodes if hasattr(node.func, "columns_needed")]
    assert len(said) > 5
    for node in said:
        assert set(node.func.columns_needed) <= set(inspect.signature(node.func).parameters)

"""A pipeline that waits until something looks at it."""

import copy
import pickle

import pytest
from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.lazy import LazyPipeline


def double(value: int) -> int:
    return 2 * value


def whole() -> Pipeline:
    return Pipeline([Node(double, "one", "two", name="double_it", tags="data")])


@pytest.fixture
def built():
    """What was built, in the order in which it was."""
    return []


@pytest.fixture
def lazy(built):
    def build():
        built.append("whole")
        return whole()

    return LazyPipeline(build)


def test_nothing_is_built_before_something_asks(lazy, built):
    assert isinstance(lazy, Pipeline)
    assert sorted({"whole": lazy}) == ["whole"]
    assert built == []


def test_it_is_built_once_and_then_answers_as_the_pipeline_it_stands_for(lazy, built):
    assert [node.name for node in lazy.nodes] == ["double_it"]
    assert (lazy.inputs(), lazy.outputs()) == ({"one"}, {"two"})
    assert lazy.describe() == whole().describe()
    assert lazy.only_nodes_with_tags("data").nodes == whole().nodes
    assert built == ["whole"]


def test_it_adds_up_with_others(lazy):
    other = LazyPipeline(lambda: Pipeline([Node(double, "two", "four", name="double_again")]))
    both = sum([lazy, other], Pipeline([]))
    assert [node.name for node in both.nodes] == ["double_it", "double_again"]
    assert (lazy - other).nodes == whole().nodes


def test_copies_are_of_its_nodes_whether_it_was_built_or_not(lazy):
    assert copy.copy(lazy).nodes == whole().nodes
    assert pickle.loads(pickle.dumps(LazyPipeline(whole))).nodes == whole().nodes


def test_what_no_pipeline_has_is_not_there(lazy):
    with pytest.raises(AttributeError, match="no attribute 'edges'"):
        _ = lazy.edges
    assert not hasattr(lazy, "edges")

"""Which nodes run where; whole runs on a real cluster are in pipelines/test_cluster_run.py."""

from types import SimpleNamespace

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner
from kedro_datasets.json import JSONDataset

from pneumoscope.errors import InputError
from pneumoscope.models.training.execution import available_cores
from pneumoscope.node_group import NodeGroup, _failure, hand_over, sent_variables
from pneumoscope.side_by_side import SideBySideRunner, _crossing_in_memory, _runnable


def join(*parts):
    return list(parts)


def of_model(name: str) -> Pipeline:
    nodes = [
        Node(join, ["train", "weights"], "model", name="fit"),
        Node(join, ["model", "params:seed"], "scores", name="score"),
        Node(join, ["scores", "test"], "metrics", name="measure"),
    ]
    return Pipeline(
        nodes, namespace=name, inputs={"train", "test"}, outputs={"scores": f"{name}_scores"},
        parameters={"params:seed"},
    )  # fmt: skip


@pytest.fixture
def pipeline() -> Pipeline:
    """Two models from one train and one test, and what compares them."""
    here = Pipeline(
        [
            Node(join, "raw", "train", name="read"),
            Node(join, "raw", "test", name="read_test"),
            Node(join, ["one_scores", "two_scores"], "comparison", name="compare"),
        ]
    )
    return here + of_model("one") + of_model("two")


def names(nodes):
    return [node.name for node in nodes]


def test_of_each_namespace_all_runs_that_waits_for_nothing_outside(pipeline):
    parents, waiting, done = pipeline.node_dependencies, list(pipeline.nodes), set()

    def take(space):
        of_it = [node for node in waiting if node.namespace == space]
        nodes = _runnable(of_it, done, parents)
        done.update(nodes)
        waiting[:] = [node for node in waiting if node not in nodes]
        return names(nodes)

    assert take("one") == []
    assert take(None) == ["read", "read_test"]
    assert take("one") == ["one.fit", "one.score", "one.measure"]
    assert take(None) == []
    assert take("two") == ["two.fit", "two.score", "two.measure"]
    assert take(None) == ["compare"]
    assert waiting == []


def test_what_is_kept_in_memory_and_touched_by_a_namespace_crosses_by_files(pipeline, tmp_path):
    catalog = DataCatalog({"train": JSONDataset(filepath=str(tmp_path / "train.json"))})
    for name in pipeline.datasets() - {"train"}:
        catalog[name] = MemoryDataset()
    spaces = {node: node.namespace for node in pipeline.nodes}
    crossing = _crossing_in_memory(spaces, catalog)
    assert crossing == [
        "one.metrics", "one.model", "one.weights", "one_scores", "test",
        "two.metrics", "two.model", "two.weights", "two_scores",
    ]  # fmt: skip
    hand_over(catalog, {"one_scores": str(tmp_path / "0.pickle")})
    catalog.save("one_scores", {"film": 0.5})
    assert catalog.load("one_scores") == {"film": 0.5}
    assert (tmp_path / "0.pickle").exists()


def test_what_is_read_here_in_turns_stays_until_the_last_of_them(pipeline, tmp_path):
    several = pipeline + Pipeline(
        [
            Node(join, "raw", "statistics", name="describe"),
            Node(join, ["statistics", "layout"], "figure", name="draw"),
            Node(join, "raw", "layout", name="lay_out"),
            Node(join, "layout", "list", name="list"),
            Node(join, ["statistics", "figure", "comparison"], "report", name="report"),
        ]
    )
    catalog = DataCatalog({name: MemoryDataset(name) for name in several.datasets()})
    crossing = _crossing_in_memory({node: node.namespace for node in several.nodes}, catalog)
    assert "statistics" in crossing
    # What is read in one turn alone need not be fit for a file.
    assert not {"raw", "layout", "figure", "comparison", "report"} & set(crossing)
    hand_over(catalog, {"statistics": str(tmp_path / "0.pickle")})
    # What compares the models waits for both of them, and the report for that.
    for turn in (["describe", "lay_out", "draw", "list"], ["report"]):
        SequentialRunner().run(several.only_nodes(*turn), catalog)
    assert catalog.load("report") == [["raw"], [["raw"], ["raw"]], "comparison"]


def test_without_a_cluster_it_is_the_sequential_runner(pipeline):
    catalogs = []
    for runner in (SequentialRunner(), SideBySideRunner(session=None)):
        catalog = DataCatalog(
            {
                name: MemoryDataset(name)
                for name in ("raw", "one.weights", "two.weights", "params:seed")
            }
        )
        found = runner.run(pipeline, catalog)
        catalogs.append({name: entry.load() for name, entry in found.items()})
    assert catalogs[0] == catalogs[1]
    assert set(catalogs[0]) == {"one.metrics", "two.metrics", "comparison"}


def test_variables_that_say_where_things_lie_are_sent_and_no_others():
    given = {
        "RESULTS": "/r", "RADIOGRAPHS": "/f", "VGG16_WEIGHTS": "imagenet", "PATH": "/bin",
        "AWS_SECRET_ACCESS_KEY": "secret", "PNEUMOSCOPE_PATIENT_KEY": "secret",
        "DASK_SCHEDULER": "a",
    }  # fmt: skip
    sent = sent_variables({**given, "PNEUMOSCOPE_THREADS": "1", "OMP_NUM_THREADS": "3"})
    assert (sent.pop("PNEUMOSCOPE_THREADS"), sent.pop("OMP_NUM_THREADS")) == ("1", "3")
    assert sent_variables({}) == {"PNEUMOSCOPE_THREADS": str(available_cores())}
    assert sent == {"RESULTS": "/r", "RADIOGRAPHS": "/f", "VGG16_WEIGHTS": "imagenet"}


def test_an_error_in_three_lines_is_raised_as_such():
    group = NodeGroup("cnn", [], "", "", None, {}, {}, "", {}, {})
    lines = ["begun\n", "Expected: this\n", "Received: that\n", "What to do: Do it.\n"]
    told = _failure(group, lines)
    assert isinstance(told, InputError)
    assert str(told) == "expected this, received that (in the steps of cnn). Do it."
    other = _failure(group, ["begun\n", "Traceback\n"])
    assert isinstance(other, RuntimeError)
    assert str(other) == "the steps of cnn failed:\nbegun\nTraceback\n"


def test_models_ensembles_and_protocols_have_a_place_of_their_own_and_boxes_of_the_graph_none():
    parameters = {
        "architectures": ["one"], "ensembles": {"two": []}, "study": {"arms": {"three": {}}}
    }  # fmt: skip
    loaded = SimpleNamespace(config_loader={"parameters": parameters})
    runner = SideBySideRunner(session=SimpleNamespace(loaded=loaded))
    spaces = ["one", "two", "three", "three.one", "ingestion", "reporting.one", None]
    nodes = [
        Node(join, f"in_{n}", f"out_{n}", name=f"n{n}", namespace=space)
        for n, space in enumerate(spaces)
    ]
    found = {
        node.name.split(".")[-1]: space for node, space in runner._spaces(Pipeline(nodes)).items()
    }
    assert [found[f"n{n}"] for n in range(7)] == ["one", "two", "three", "three", None, None, None]

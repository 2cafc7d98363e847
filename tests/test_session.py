import os

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline
from kedro_datasets.json import JSONDataset
from kedro_telemetry.plugin import _check_for_telemetry_consent

from pneumoscope.errors import InputError
from pneumoscope.session import check_inputs, check_request, check_versions


def join(*parts):
    return list(parts)


@pytest.fixture
def registered():
    """read: raw → table → (memory) parts; fit: parts → one.model, in the namespace one."""
    read = Pipeline(
        [
            Node(join, "raw", "table", name="make_table", tags="data"),
            Node(join, ["table", "params:seed"], "parts", name="cut", tags="data"),
        ]
    )
    fit = Pipeline(
        [Node(join, "parts", "model", name="fit_model", tags="training")],
        namespace="one",
        inputs={"parts"},
        outputs={"model": "one.model"},
    )
    return {"read": read, "fit": fit, "__default__": read + fit}


@pytest.fixture
def catalog(tmp_path):
    return DataCatalog(
        {
            "raw": JSONDataset(filepath=str(tmp_path / "raw.json")),
            "table": JSONDataset(filepath=str(tmp_path / "table.json")),
            "parts": MemoryDataset(),
            "one.model": JSONDataset(filepath=str(tmp_path / "model.json")),
        }
    )


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"pipeline_names": ["read", "fit"]},
        {"pipeline_name": "read", "tags": ("data",)},
        {"tags": ("data", "training"), "namespaces": ["one"]},
        {"node_names": ("cut",), "from_nodes": ["make_table"], "to_nodes": ["one.fit_model"]},
        {"from_inputs": ["table"], "to_outputs": ["one.model"]},
        {"load_versions": {"raw": "2024"}},
        {"load_versions": {}, "pipeline_names": [], "tags": ()},
    ],
)
def test_a_request_that_names_what_is_there_passes(asked, registered):
    check_request(asked, registered)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"pipeline_names": ["raed"]}, "in --pipelines, received 'raed'. Did you mean 'read'"),
        ({"pipeline_name": "nosuch"}, "'nosuch'. Known: __default__, fit, read"),
        ({"tags": ("data", "trainig")}, "in --tags, received 'trainig'. Did you mean 'training'"),
        ({"pipeline_names": ["read"], "tags": ("training",)}, "'training'. Known: data"),
        ({"namespaces": ["two"]}, "in --namespaces, received 'two'. Known: one"),
        ({"node_names": ["fit_model"]}, "--nodes, received 'fit_model'. Did you mean one.fit_mod"),
        ({"from_nodes": ["cutt"]}, "in --from-nodes, received 'cutt'. Did you mean 'cut'"),
        ({"to_nodes": ["x"]}, "in --to-nodes"),
        ({"from_inputs": ["tabel"]}, "in --from-inputs, received 'tabel'. Did you mean 'table'"),
        ({"to_outputs": ["x"]}, "in --to-outputs"),
        ({"load_versions": {"model_nosuch": "2"}}, "that this run loads, in --load-versions"),
        ({"load_versions": {"one.model": "2"}}, "received 'one.model'. Known: raw"),
    ],
)
def test_a_request_that_names_what_is_not_there_is_refused(asked, told, registered):
    with pytest.raises(InputError, match=told):
        check_request(asked, registered)


def refused(names, pipeline, catalog, registered):
    with pytest.raises(InputError) as caught:
        check_inputs(names, pipeline, catalog, registered)
    return caught.value


def test_an_input_in_memory_names_the_node_to_begin_from(catalog, registered):
    catalog.save("table", ["rows"])
    whole = registered["__default__"]
    told = refused(["__default__"], whole.from_nodes("one.fit_model"), catalog, registered)
    assert told.expected == "`parts`, which one.fit_model reads and cut makes"
    assert told.received == "nothing, since it is only ever kept in memory"
    assert told.remedy == "Begin earlier: --from-nodes=cut"
    check_inputs(["__default__"], whole.from_nodes("cut"), catalog, registered)


def test_an_input_that_another_pipeline_makes_names_the_pipelines_to_run(catalog, registered):
    told = refused(["fit"], registered["fit"], catalog, registered)
    assert told.remedy == "Run first, with the same --env and --params: kedro run --pipelines=read"


def test_a_file_that_is_not_there_is_named_with_its_place(catalog, registered, tmp_path):
    told = refused(["read"], registered["read"].from_nodes("cut"), catalog, registered)
    assert told.received == f"nothing at {tmp_path / 'table.json'}"
    assert told.remedy == "Begin earlier: --from-nodes=make_table"


def test_what_no_node_makes_is_left_to_its_own_dataset(catalog, registered):
    check_inputs(["read"], registered["read"], catalog, registered)


def test_a_version_has_to_be_there(tmp_path):
    model = {"type": "json.JSONDataset", "filepath": str(tmp_path / "m.json"), "versioned": True}
    entries = {"model": model, "raw": {**model, "versioned": False}}
    DataCatalog.from_config(entries, save_version="2024").save("model", {"weights": 1})
    use = Pipeline([Node(join, ["model", "raw"], "used", name="use_model")])
    for version in ("2024", "2042"):
        pinned = DataCatalog.from_config(entries, load_versions={"model": version})
        if version == "2024":
            check_versions({"model": version}, use, pinned)
            continue
        with pytest.raises(InputError, match=r"a version of `model`, received '2042'.*'2024'"):
            check_versions({"model": version}, use, pinned)
    with pytest.raises(InputError, match=r"entries with versions.*received 'raw'"):
        check_versions({"raw": "2024"}, use, DataCatalog.from_config(entries))


def test_nothing_of_a_run_is_sent_where_no_file_of_the_project_forbids_it(tmp_path, monkeypatch):
    monkeypatch.delenv("DO_NOT_TRACK", raising=False)
    assert os.environ["KEDRO_DISABLE_TELEMETRY"]
    assert _check_for_telemetry_consent(tmp_path) is False
    monkeypatch.delenv("KEDRO_DISABLE_TELEMETRY")
    # Nothing forbids it.
    assert _check_for_telemetry_consent(tmp_path) is None

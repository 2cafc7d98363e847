"""The pipeline of external tests: its place in the graph, and what it can and cannot write."""

import json
import warnings
from pathlib import Path

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from pneumoscope.configuration import LayeredConfigLoader
from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.errors import InputError
from pneumoscope.hooks import ExternalHooks, InputHooks
from pneumoscope.naming import Source
from pneumoscope.options.reading import read_parameters
from pneumoscope.pipeline_registry import Selection, create_pipelines
from pneumoscope.session import check_request
from pneumoscope.settings import CONFIG_LOADER_ARGS

CONF = Path(__file__).parents[2] / "conf"
SITES = ("clinic", "st-mary")
CHOSEN = Selection(
    Source.PHANTOMS, ("mlp", "cnn"), {"both": ("mlp", "cnn")}, ("own", "honest"), SITES
)


@pytest.fixture(scope="module")
def graph():
    with warnings.catch_warnings():
        # A namespace that is interrupted by others, among them.
        warnings.simplefilter("error")
        return create_pipelines(CHOSEN)


def test_a_site_changes_no_lock_no_metrics_and_no_model(graph):
    written = graph["external"].all_outputs()
    own = {name for name in written if name.startswith("external.")}
    pages = {"comparison", "pixel_statistics", "findings", "report", "slides"}
    pages |= {"error_films", "doubted_films"}  # small films that the report shows
    assert written - own == pages | {"model_card_mlp", "model_card_cnn"}
    assert {"mlp.lock", "mlp.metrics", "model_mlp", "both.metrics"} <= graph["external"].inputs()


def test_every_site_measures_every_model_and_ensemble(graph):
    measured = {node.name for node in graph["external"].nodes if "measure_scores" in node.name}
    assert measured == {
        f"external.{site}.{model}.measure_scores"
        for site in SITES
        for model in ("mlp", "cnn", "both")
    }


def test_every_site_compares_its_films_with_those_that_each_model_was_trained_on(graph):
    names = {node.name for node in graph["external"].nodes}
    for site in SITES:
        compared = {f"external.{site}.{model}.measure_distances" for model in ("mlp", "cnn")}
        assert {*compared, f"external.{site}.both.average_distances"} <= names
    assert "mlp.reference" in graph["external"].inputs()


def test_no_film_is_read_before_every_lock_is_checked(graph):
    for site in SITES:
        (scan,) = [n for n in graph["external"].nodes if n.name == f"external.{site}.scan_films"]
        checked = {f"external.{site}.{model}.held_lock" for model in ("mlp", "cnn", "both")}
        assert checked <= set(scan.inputs)


def test_a_whole_run_measures_sites_before_its_table_and_its_report(graph):
    order = [node.name for node in graph["__default__"].nodes]
    for last, first in (
        ("collect_result", "evaluation.compare_models"),
        ("record_access", "reporting.collect_findings"),
    ):
        for site in SITES:
            assert order.index(f"external.{site}.{last}") < order.index(first)
    assert len(order) == len(set(order))


def test_without_a_site_there_is_nothing_to_run_and_the_table_reads_what_is_on_record():
    created = create_pipelines(Selection(Source.PHANTOMS, ("mlp",)))
    assert created["external"].nodes == []
    assert "external_results" in created["evaluation"].inputs()
    assert {"external_results", "external_access_log"} <= created["reporting"].inputs()


def test_the_protocols_of_a_study_read_no_external_test(graph):
    honest = graph["study"].filter(node_namespaces=["honest"])
    assert not [name for name in honest.inputs() if "external" in name]


def test_a_run_of_no_site_is_refused():
    asked = {"pipeline_names": ["external"]}
    nothing = {"external": Pipeline([]), "__default__": Pipeline([])}
    with pytest.raises(InputError, match=r"a site of an external test, received none\. Name its"):
        check_request(asked, nothing)
    check_request({"pipeline_names": ["__default__"]}, nothing)


def loader(**runtime):
    return LayeredConfigLoader(str(CONF), env="smoke", runtime_params=runtime, **CONFIG_LOADER_ARGS)


def test_every_entry_of_a_site_has_a_place_of_its_own(monkeypatch, tmp_path, graph):
    monkeypatch.setenv("RESULTS", str(tmp_path))
    resolver = DataCatalog.from_config(loader()["catalog"]).config_resolver
    places = {}
    for name in graph["external"].datasets():
        if not name.startswith("external."):
            continue
        entry = resolver.resolve_pattern(name)
        assert entry["metadata"]["kedro-viz"]["layer"]
        if "filepath" in entry:
            assert entry["metadata"].get("dvc") is False or name.endswith(".radiographs")
            places.setdefault(entry["filepath"], []).append(name)
    shared = {path for path, names in places.items() if len(names) > 1}
    assert shared == {f"{tmp_path}/08_reporting/external_access_log.csv"}


def given(folder, own=None):
    parameters = loader(external={"clinic": str(folder), "dropped": None})["parameters"]
    catalog = DataCatalog.from_config(loader()["catalog"])
    hooks = ExternalHooks()

    class Context:
        project_path = CONF.parent

    hooks.after_context_created(Context())
    credentials = {"films": {"key": "of films"}, **(own or {})}
    hooks.after_catalog_created(catalog, credentials, {"parameters": parameters})
    return catalog


@pytest.mark.parametrize("folder", ["/films/clinic", "films", "~/films"])
def test_the_folder_of_a_site_is_where_its_parameter_says(folder):
    dataset = given(folder).get("external.clinic.radiographs")
    assert isinstance(dataset, RadiographFolderDataset)
    place = dataset._describe()["filepath"]
    assert place.startswith("/")
    assert "~" not in place
    assert place.endswith(folder.lstrip("~"))


@pytest.mark.parametrize(
    ("own", "expected"), [({}, "of films"), ({"clinic": {"key": "own"}}, "own")]
)
def test_an_address_is_no_path_and_has_credentials(own, expected):
    dataset = given("s3://bucket/films", own).get("external.clinic.radiographs")
    assert dataset._describe()["filepath"] == "s3://bucket/films"
    assert dataset._credentials == {"key": expected}
    assert given("/films", own).get("external.clinic.radiographs")._credentials == {}


def test_a_table_lies_beside_its_films_and_a_folder_may_be_called_like_one(tmp_path):
    table, folder = tmp_path / "mine.csv", tmp_path / "films.csv"
    table.write_text("file,label\n")
    folder.mkdir()
    found = given(table)
    assert found.get("external.clinic.radiographs")._describe()["filepath"] == str(tmp_path)
    assert found.get("external.clinic.labels")._describe() == {
        "table": str(table), "folder": str(tmp_path),
    }  # fmt: skip
    for place in (folder, tmp_path / "gone.csv"):
        found = given(place)
        assert found.get("external.clinic.radiographs")._describe()["filepath"] == str(place)
        assert found.get("external.clinic.labels")._describe()["table"] is None
    remote = given("s3://bucket/films/labels.tsv").get("external.clinic.labels")
    assert remote._describe() == {
        "table": "s3://bucket/films/labels.tsv", "folder": "s3://bucket/films",
    }  # fmt: skip


def test_a_folder_that_is_not_there_is_refused_before_anything_is_written(graph, tmp_path):
    catalog = given(tmp_path / "nowhere")
    site = graph["external"].filter(node_names=["external.clinic.choose_layout"])
    request = {"load_versions": None, "pipeline_names": ["external"]}
    pipelines_of = {"external": graph["external"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pneumoscope.hooks.pipelines", pipelines_of)
        with pytest.raises(InputError, match=r"Name the site's folder: --params external.clinic="):
            InputHooks().before_pipeline_run(request, site, catalog)
    assert list(tmp_path.iterdir()) == []


def test_sites_stand_among_the_parameters_of_an_environment():
    config = loader(external={"clinic": "/films", "gone": None})
    selected = Selection.of(read_parameters(config["parameters"], config))
    assert selected.sites == ("clinic",)
    twice = loader(external={"clinic": "/films", "Clinic": "/films"})
    with pytest.raises(InputError, match="different names of sites, whatever their case"):
        read_parameters(twice["parameters"], twice)
    wrong = loader(external={"st.mary": "/films"})
    with pytest.raises(InputError, match="Call it 'st-mary'"):
        read_parameters(json.loads(json.dumps(wrong["parameters"])), wrong)

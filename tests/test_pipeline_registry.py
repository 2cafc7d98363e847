"""The graph: what an environment selects, and that every entry has its place."""

import subprocess
import sys
from dataclasses import replace
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
import yaml
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from pneumoscope.configuration import LayeredConfigLoader
from pneumoscope.errors import InputError
from pneumoscope.naming import Source
from pneumoscope.options.names import check_names
from pneumoscope.options.project import ProjectOptions
from pneumoscope.options.reading import read_parameters
from pneumoscope.pipeline_registry import Selection, create_pipelines
from pneumoscope.settings import CONFIG_LOADER_ARGS

PROJECT = Path(__file__).parents[1]
ENVIRONMENTS = sorted(
    folder.name
    for folder in (PROJECT / "conf").iterdir()
    if folder.is_dir() and folder.name != "local"
)
FILMS = {"size": [96, 96], "fit": "squash"}
PHANTOMS = Selection(Source.PHANTOMS, ("mlp", "cnn"))
APART = ("__default__", "inference", "learning_curve", "tuning", "exchange", "litert", "web_page")
"""The default pipeline, and those that are no part of it."""


def everything(created: dict[str, Pipeline]) -> Pipeline:
    return sum((created[name] for name in APART), Pipeline([]))


def configuration(environment: str, **runtime: object) -> LayeredConfigLoader:
    return LayeredConfigLoader(
        str(PROJECT / "conf"), env=environment, runtime_params=runtime, **CONFIG_LOADER_ARGS
    )


def selection(environment: str, **runtime: object) -> Selection:
    config = configuration(environment, **runtime)
    return Selection.of(read_parameters(config["parameters"], config))


@cache
def selected(environment: str) -> Selection:
    """Give what an environment selects, with two sites; read once, as the next two are."""
    return selection(environment, external={"a-site": "films", "another": "films"})


@cache
def graph(environment: str) -> dict[str, Pipeline]:
    return dict(create_pipelines(selected(environment)))


@cache
def entries_of(environment: str) -> dict[str, dict]:
    return configuration(environment)["catalog"]


@cache
def whole(environment: str) -> Pipeline:
    return everything(graph(environment))


@cache
def resolved(environment: str) -> dict[str, dict]:
    """Give the entry of each dataset of the graph: Kedro tries every pattern on every name."""
    resolver = DataCatalog.from_config(entries_of(environment)).config_resolver
    names = (name for name in whole(environment).datasets() if not name.startswith("params:"))
    return {
        name: resolver.resolve_pattern(name) or entries_of(environment).get(name, {})
        for name in names
    }


def test_the_graph_shows_just_the_chosen_architectures():
    graph = create_pipelines(PHANTOMS)["__default__"]
    spaces = {str(node.namespace) for node in graph.nodes}
    assert spaces & {"mlp", "cnn", "vgg16"} == {"mlp", "cnn"}


def test_kedro_viz_shows_a_box_for_each_pipeline_and_model_and_no_node_outside():
    graph = create_pipelines(PHANTOMS)["__default__"]
    boxes = {str(node.namespace).split(".")[0] for node in graph.nodes}
    assert boxes == {
        "fetch", "ingestion", "rebalancing", "preprocessing", "mlp", "cnn", "evaluation",
        "robustness", "reporting",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        (Source.PHANTOMS, ["fetch.make_phantoms"]),
        (Source.ARCHIVE, ["fetch.unpack_archive"]),
        (Source.FOLDER, []),
    ],
)
def test_the_source_decides_what_is_fetched(source, nodes):
    fetch = create_pipelines(Selection(source, ("mlp",)))["fetch"]
    assert [node.name for node in fetch.nodes] == nodes


def test_the_default_pipeline_is_all_of_them_in_one():
    created = create_pipelines(PHANTOMS)
    parts = [pipe for name, pipe in created.items() if name not in APART]
    assert len(created["__default__"].nodes) == sum(len(part.nodes) for part in parts)
    # Only what earlier runs measured, or left unfinished, a user's table and key, and the facts of
    # the run come from outside.
    assert {name for name in created["__default__"].inputs() if not name.startswith("params:")} == (
        {"labels", "known_precisions", "known_locks", "mlp.checkpoint", "cnn.checkpoint"}
        | {"external_results", "external_access_log", "learning_curves", "patient_key"}
        | {"run_facts", "mlp.studies", "cnn.studies"}
    )


def test_a_search_for_a_recipe_reads_train_and_validation_and_never_test():
    searched = create_pipelines(replace(PHANTOMS, tuned="mlp"))["tuning"]
    read = {name for name in searched.inputs() if not name.startswith("params:")}
    assert read == {
        *(f"{part}_{what}" for part in ("train", "validation", "stressed")
          for what in ("images", "rows")),
        "pseudo_sites", "known_precisions", "mlp.studies",
    }  # fmt: skip
    assert searched.outputs() == {"tuning.mlp.trials", "tuning.mlp.precision_probe"}


def test_models_are_fitted_on_wider_films_where_less_is_cut_from_these():
    crops = {"border_crop": 0.05, "train_border_crop": 0.0}
    wide = selection("base", preprocessing=FILMS | crops)
    assert wide.wide
    arms = ("official", "honest")
    created = create_pipelines(replace(wide, architectures=("mlp",), ensembles={}, arms=arms))
    names = {"train_images", "wide_train_images", "honest.train_images", "honest.wide_train_images"}
    readers = {
        (name, node.short_name.split(" ")[0], entry)
        for name, pipeline in created.items()
        for node in pipeline.nodes
        for entry in names.intersection(node.inputs)
        if name != "__default__"
    }
    fitted = {entry for _, node, entry in readers if node.startswith("train_")}
    assert fitted == {"wide_train_images", "honest.wide_train_images"}
    assert {name for name, _, entry in readers if entry == "wide_train_images"} == {
        "training", "tuning", "learning_curve", "explanation",
    }  # fmt: skip
    assert {name for name, _, entry in readers if entry == "train_images"} == {
        "evaluation", "robustness", "reporting",
    }  # fmt: skip
    assert "wide_train_images" in created["preprocessing"].outputs()


@pytest.mark.parametrize("crops", [{}, {"border_crop": 0.05}, {"train_border_crop": 0.0}])
def test_films_are_stored_once_where_models_are_fitted_on_what_they_see_in_use(crops):
    same = selection("base", preprocessing=FILMS | crops)
    assert not same.wide
    assert not any("wide" in name for name in create_pipelines(same)["__default__"].datasets())


def test_every_figure_of_a_model_is_drawn_with_its_name():
    reporting = create_pipelines(PHANTOMS)["reporting"]
    for name in ("mlp", "cnn"):
        drawn = [node for node in reporting.nodes if f"{name}.draw_" in node.name]
        assert drawn
        assert all(node.func.__code__.co_name == "draw_named" for node in drawn)


def test_every_node_bears_a_tag_and_a_verb():
    created = create_pipelines(PHANTOMS)
    for node in everything(created).nodes:
        assert node.tags
        verb = node.name.rsplit(".", 1)[-1].split("_")[0]
        assert verb in {
            "make", "scan", "sort", "check", "choose", "audit", "assign", "rebalance", "prove",
            "select", "transform", "stress", "train", "average", "lock", "score", "explain",
            "measure", "record", "compare", "describe", "draw", "collect", "write",
            "summarise", "convert", "limit", "count", "load", "group",
        }  # fmt: skip


def test_an_ensemble_is_measured_like_a_model_without_being_trained():
    selection = Selection(Source.PHANTOMS, ("mlp", "cnn"), {"both": ("mlp", "cnn")})
    names = [n.name for n in create_pipelines(selection)["__default__"].nodes]
    own = [name for name in names if name.startswith("both.")]
    evaluated = [
        "both.average_validation", "both.lock_operating_point", "both.average_test",
        "both.measure_scores", "both.record_test_access", "both.write_ensemble_contract",
    ]  # fmt: skip
    assert set(evaluated) <= set(own)
    assert [name for name in own if name in evaluated[:4]] == evaluated[:4]
    assert "both.train_model" not in own


def test_new_radiographs_are_predicted_by_a_model_of_the_comparison_or_the_last():
    read = {
        name: create_pipelines(selection("base", inference={"model": name}))["inference"].inputs()
        for name in (None, "mlp", "ensemble")
    }
    assert {"cnn.reference", "cnn.metrics", "new_radiographs"} <= read[None]
    assert {"mlp.reference", "mlp.metrics"} <= read["mlp"]
    assert {"mlp.reference", "cnn.reference", "ensemble.metrics"} <= read["ensemble"]


def test_a_null_ensemble_is_dropped_and_the_first_protocol_has_no_namespace():
    assert selection("base", ensembles={"ensemble": None}).ensembles == {}
    chosen = selection("be_well")
    assert chosen.arms == ("reproduced", "honest")
    spaces = {node.namespace for node in create_pipelines(chosen)["study"].nodes}
    assert {"honest", "honest.cnn"} <= spaces
    assert "reproduced" not in spaces


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_model_can_be_called_as_a_pipeline_a_tag_or_an_entry_is(environment):
    chosen, created = selected(environment), graph(environment)
    own = {*chosen.architectures, *chosen.ensembles, *chosen.arms}
    tags = {tag for pipeline in created.values() for node in pipeline.nodes for tag in node.tags}
    entries = {
        name.removeprefix("model_")
        for name in entries_of(environment)
        if name.startswith("model_") and "{" not in name
    }
    pipelines = set(created) - {"__default__"}
    assert entries == set()
    for name in (tags | entries | pipelines) - own:
        with pytest.raises(InputError, match="that nothing else bears"):
            check_names("architectures", [name], ProjectOptions.model_fields)


@cache
def files_of(model: str) -> set[tuple[str, str]]:
    """Give the file of each entry of a run of one model, and the entry."""
    entries = entries_of("base")
    resolver = DataCatalog.from_config(entries).config_resolver
    assert resolver.resolve_pattern(f"model_{model}")["type"].endswith("KerasModelDataset")
    created = create_pipelines(Selection(Source.PHANTOMS, (model,)))
    named = {
        entry: entries.get(entry) or resolver.resolve_pattern(entry)
        for entry in everything(created).datasets()
        if not entry.startswith("params:")
    }
    return {(found["filepath"], entry) for entry, found in named.items() if "filepath" in found}


@pytest.mark.parametrize("name", ["a", "Net_2", "x" * 64, "resnet50v2", "scores", "model_a", "T"])
def test_a_model_of_any_other_name_has_files_of_its_own(name):
    check_names("architectures", [name], ProjectOptions.model_fields)
    paths = [path for path, _ in files_of(name) | files_of("cnn")]
    shared = {path for path in paths if paths.count(path) > 1}
    logs = {"test_access_log.csv", "precision_probes.json", "locks.json"}
    assert {path.rsplit("/", 1)[-1] for path in shared} <= logs


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_environment_has_a_catalog_entry_with_a_layer_for_every_dataset(environment):
    assert len(resolved(environment)) > 100
    for name, entry in resolved(environment).items():
        assert entry, f"{name} has no catalog entry in {environment}"
        assert entry["metadata"]["kedro-viz"]["layer"], name


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_whatever_a_pipeline_takes_from_another_is_a_file_so_that_a_run_can_begin_there(
    environment,
):
    made = whole(environment).all_outputs()
    taken = {
        name: resolved(environment)[name]
        for pipeline in graph(environment).values()
        for name in pipeline.inputs() & made
    }
    assert len(taken) > 30
    assert [name for name, entry in taken.items() if "filepath" not in entry] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_layer_is_fed_by_a_later_one_else_kedro_viz_drops_them_all(environment):

    def layers(names):
        return {resolved(environment)[name]["metadata"]["kedro-viz"]["layer"] for name in names}

    def parts(pipeline):
        """Give what goes into and comes out of each node, and of each namespace as one node."""
        names = {node.namespace.split(".")[0] for node in pipeline.nodes if node.namespace}
        for name in names:
            inside = pipeline.only_nodes_with_namespaces([name])
            others = {
                entry for node in set(pipeline.nodes) - set(inside.nodes) for entry in node.inputs
            }
            yield inside.inputs(), inside.outputs() | (inside.all_outputs() & others)
        yield from ((node.inputs, node.outputs) for node in pipeline.nodes)

    for pipeline in graph(environment).values():
        feeds: dict[str, set[str]] = {}
        for inputs, outputs in parts(pipeline):
            below = layers(name for name in inputs if not name.startswith("params:"))
            for layer in layers(outputs):
                feeds.setdefault(layer, set()).update(below - {layer})
        TopologicalSorter(feeds).prepare()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_kedro_hands_every_node_its_options_typed(environment):
    from kedro.validation.parameter_validator import ParameterValidator

    parameters = configuration(environment)["parameters"]
    validated = ParameterValidator(graph(environment)).validate_raw_params(parameters)
    for name in parameters["architectures"]:
        assert validated[name].model.root.architecture


def test_building_the_graph_does_not_load_what_is_slow_to_load():
    code = (
        "import sys, pneumoscope.pipeline_registry as r\n"
        "created = r.create_pipelines(r.Selection(r.Source.PHANTOMS, ('mlp',)))\n"
        "del created['study'], created['external']\n"
        "assert all(whole.nodes for whole in created.values())\n"
        "slow = ('tensorflow', 'keras', 'sklearn', 'scipy.stats', 'scipy.optimize')\n"
        "print([name for name in slow if name in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert loaded.strip() == "[]"


def test_a_folder_of_ones_own_takes_the_place_of_the_phantoms(monkeypatch, tmp_path):
    monkeypatch.setenv("RADIOGRAPHS", str(tmp_path))
    config = configuration("base")
    assert config["parameters"]["fetch"]["source"] == Source.FOLDER
    assert config["catalog"]["radiographs"]["filepath"] == str(tmp_path)


def test_a_runtime_parameter_names_the_folder_too(tmp_path):
    config = configuration("kermany", radiographs=str(tmp_path))
    assert config["parameters"]["fetch"]["source"] == Source.FOLDER
    assert config["catalog"]["radiographs"]["filepath"] == str(tmp_path)


def test_weights_that_are_named_null_are_none_until_the_environment_names_some(monkeypatch):
    monkeypatch.delenv("VGG16_WEIGHTS", raising=False)
    assert configuration("kermany")["parameters"]["vgg16"]["model"]["weights"] is None
    monkeypatch.setenv("VGG16_WEIGHTS", "imagenet")
    assert configuration("kermany")["parameters"]["vgg16"]["model"]["weights"] == "imagenet"


def test_results_can_be_kept_apart(monkeypatch, tmp_path):
    monkeypatch.setenv("RESULTS", str(tmp_path))
    entries = configuration("base")["catalog"]
    paths = {name: entry["filepath"] for name, entry in entries.items() if "filepath" in entry}
    # The site's own, for every run of it.
    assert paths.pop("patient_key").startswith("conf/local/")
    assert paths
    assert all(path.startswith(str(tmp_path)) for path in paths.values())


def test_dvc_reads_every_parameter_file_of_the_default_run():
    read = {
        next(iter(entry)) if isinstance(entry, dict) else entry
        for stage in yaml.safe_load((PROJECT / "dvc.yaml").read_text())["stages"].values()
        for entry in stage.get("do", stage).get("params", [])
    }
    files = {
        file.relative_to(PROJECT).as_posix()
        for file in (PROJECT / "conf/base").rglob("parameters.yml")
    }
    apart = ("external", "learning_curve", "tuning")
    assert read == files - {f"conf/base/{name}/parameters.yml" for name in apart}

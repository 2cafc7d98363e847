"""The graph: what an environment selects, and that every entry has its place."""

import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
import yaml

from pneumoscope.configuration import LayeredConfigLoader
from pneumoscope.naming import Source
from pneumoscope.pipeline_registry import Selection, create_pipelines
from pneumoscope.settings import CONFIG_LOADER_ARGS

PROJECT = Path(__file__).parents[1]
ENVIRONMENTS = sorted(
    folder.name
    for folder in (PROJECT / "conf").iterdir()
    if folder.is_dir() and folder.name != "local"
)
PHANTOMS = Selection(Source.PHANTOMS, ("mlp", "cnn"))


def configuration(environment: str) -> LayeredConfigLoader:
    return LayeredConfigLoader(str(PROJECT / "conf"), env=environment, **CONFIG_LOADER_ARGS)


def test_the_graph_shows_just_the_chosen_architectures():
    graph = create_pipelines(PHANTOMS)["__default__"]
    assert {node.namespace for node in graph.nodes if node.namespace} == {"mlp", "cnn"}


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        (Source.PHANTOMS, ["make_phantoms"]),
        (Source.ARCHIVE, ["unpack_archive"]),
        (Source.FOLDER, []),
    ],
)
def test_the_source_decides_what_is_fetched(source, nodes):
    fetch = create_pipelines(Selection(source, ("mlp",)))["fetch"]
    assert [node.name for node in fetch.nodes] == nodes


def test_the_default_pipeline_is_all_of_them_in_one():
    created = create_pipelines(PHANTOMS)
    parts = [pipe for name, pipe in created.items() if name not in ("__default__", "inference")]
    assert len(created["__default__"].nodes) == sum(len(part.nodes) for part in parts)
    # Only what earlier runs measured, or left unfinished, comes from outside.
    assert {name for name in created["__default__"].inputs() if not name.startswith("params:")} == (
        {"known_precisions", "known_locks", "mlp.checkpoint", "cnn.checkpoint"}
    )


def test_every_node_bears_a_tag_and_a_verb():
    created = create_pipelines(PHANTOMS)
    for node in [*created["__default__"].nodes, *created["inference"].nodes]:
        assert node.tags
        verb = node.name.rsplit(".", 1)[-1].split("_")[0]
        assert verb in {
            "make", "scan", "sort", "check", "choose", "audit", "assign", "rebalance", "prove",
            "select", "transform", "stress", "train", "average", "lock", "score", "explain",
            "measure", "record", "compare", "describe", "draw", "collect", "write",
        }  # fmt: skip


@pytest.mark.parametrize("names", [[], ["mlp", "mlp"], ["unheard_of"]])
def test_architectures_without_parameters_of_their_own_are_refused(names):
    parameters = {"architectures": names, "mlp": {}, "fetch": {"source": "phantoms"}}
    with pytest.raises(ValueError, match="expected `architectures` as different names"):
        Selection.from_parameters(parameters)


@pytest.mark.parametrize(
    "ensembles",
    [{"mlp": ["mlp", "cnn"]}, {"one": ["mlp"]}, {"twice": ["mlp", "mlp"]}, {"x": ["mlp", "vgg"]}],
)
def test_an_ensemble_of_fewer_than_two_trained_models_is_refused(ensembles):
    parameters = {
        "architectures": ["mlp", "cnn"], "mlp": {}, "cnn": {}, "ensembles": ensembles,
        "fetch": {"source": "phantoms"},
    }  # fmt: skip
    with pytest.raises(ValueError, match=f"expected the ensemble '{next(iter(ensembles))}'"):
        Selection.from_parameters(parameters)


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
    parameters = {
        "architectures": ["mlp", "cnn"], "mlp": {}, "cnn": {},
        "ensembles": {"both": ["mlp", "cnn"]}, "fetch": {"source": "phantoms"},
    }  # fmt: skip
    read = {
        name: create_pipelines(
            Selection.from_parameters(parameters | {"inference": {"model": name}})
        )["inference"].inputs()
        for name in (None, "mlp", "both")
    }
    assert {"model_cnn", "cnn.metrics", "new_radiographs"} <= read[None]
    assert {"model_mlp", "mlp.metrics"} <= read["mlp"]
    assert {"model_mlp", "model_cnn", "both.metrics"} <= read["both"]
    with pytest.raises(ValueError, match=r"one of \['mlp', 'cnn', 'both'\].*received 'vgg'"):
        Selection.from_parameters(parameters | {"inference": {"model": "vgg"}})


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_environment_has_a_catalog_entry_with_a_layer_for_every_dataset(environment):
    config = configuration(environment)
    selection = Selection.from_parameters(config["parameters"])
    from kedro.io import DataCatalog

    entries = config["catalog"]
    catalog = DataCatalog.from_config(entries)
    created = create_pipelines(selection)
    for name in created["__default__"].datasets() | created["inference"].datasets():
        if name.startswith("params:"):
            continue
        resolved = catalog.config_resolver.resolve_pattern(name) or entries.get(name)
        assert resolved, f"{name} has no catalog entry in {environment}"
        assert resolved["metadata"]["kedro-viz"]["layer"], name


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_layer_is_fed_by_a_later_one_else_kedro_viz_drops_them_all(environment):
    from kedro.io import DataCatalog

    config = configuration(environment)
    entries = config["catalog"]
    resolver = DataCatalog.from_config(entries).config_resolver

    def layers(names):
        found = [resolver.resolve_pattern(name) or entries.get(name) for name in names]
        return {entry["metadata"]["kedro-viz"]["layer"] for entry in found if entry}

    for pipeline in create_pipelines(Selection.from_parameters(config["parameters"])).values():
        feeds: dict[str, set[str]] = {}
        for node in pipeline.nodes:
            inputs = layers(name for name in node.inputs if not name.startswith("params:"))
            for layer in layers(node.outputs):
                feeds.setdefault(layer, set()).update(inputs - {layer})
        TopologicalSorter(feeds).prepare()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_environment_has_valid_parameters(environment):
    from kedro.validation.parameter_validator import ParameterValidator

    parameters = configuration(environment)["parameters"]
    graph = create_pipelines(Selection.from_parameters(parameters))
    validated = ParameterValidator(graph).validate_raw_params(parameters)
    for name in parameters["architectures"]:
        assert validated[name].model.root.architecture


def test_a_misspelt_parameter_is_named():
    from kedro.validation.exceptions import ParameterValidationError
    from kedro.validation.parameter_validator import ParameterValidator

    parameters = configuration("base")["parameters"]
    parameters["cnn"]["fitting"]["epocs"] = 3
    graph = create_pipelines(Selection.from_parameters(parameters))
    with pytest.raises(ParameterValidationError, match=r"(?s)'cnn'.*fitting\.epocs"):
        ParameterValidator(graph).validate_raw_params(parameters)


def test_loading_the_registry_does_not_load_what_is_slow_to_load():
    code = (
        "import sys, pneumoscope.pipeline_registry as r\n"
        "r.create_pipelines(r.Selection(r.Source.PHANTOMS, ('mlp',)))\n"
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
    config = LayeredConfigLoader(
        str(PROJECT / "conf"),
        env="kermany",
        runtime_params={"radiographs": str(tmp_path)},
        **CONFIG_LOADER_ARGS,
    )
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
    paths = [entry["filepath"] for entry in entries.values() if "filepath" in entry]
    assert paths
    assert all(path.startswith(str(tmp_path)) for path in paths)


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
    assert read == files

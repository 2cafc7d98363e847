"""The studies' environments: their protocols in the graph, and runs on phantoms."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from example_metrics import model_metrics
from kedro.io import DataCatalog

from pneumoscope.configuration import LayeredConfigLoader
from pneumoscope.errors import InputError
from pneumoscope.naming import Source
from pneumoscope.options.reading import read_parameters
from pneumoscope.pipeline_registry import Selection, create_pipelines
from pneumoscope.settings import CONFIG_LOADER_ARGS

PROJECT = Path(__file__).parents[2]
STUDIES = ["zephyr_health", "local_hospital", "be_well", "mlp_cnn_vgg16", "serenity_health"]


def configuration(study: str, /, **runtime: object) -> LayeredConfigLoader:
    return LayeredConfigLoader(
        str(PROJECT / "conf"), env=study, runtime_params=runtime, **CONFIG_LOADER_ARGS
    )


@pytest.fixture
def graph():
    selection = Selection(Source.PHANTOMS, ("cnn",), arms=("reproduced", "honest"))
    return create_pipelines(selection)["__default__"]


def test_a_further_protocol_has_splits_models_and_metrics_of_its_own(graph):
    own = graph.only_nodes_with_namespaces(["honest"])
    names = {node.name.removeprefix("honest.") for node in own.nodes}
    assert {
        "rebalancing.assign_splits",
        "preprocessing.transform_test_radiographs",
        "cnn.train_model",
    } <= names
    assert own.inputs() & {"params:honest.split", "params:split"} == {"params:honest.split"}
    given = {name for name in own.inputs() if not name.startswith("params:")}
    # Neither a checkpoint of the other protocol's training nor its trials must ever be taken up.
    assert {name for name in given if name.startswith("honest.")} == {
        "honest.cnn.checkpoint", "honest.cnn.studies",
    }  # fmt: skip
    assert {"manifest", "decoded_radiographs"} <= given


def test_a_further_protocol_shares_every_other_parameter(graph):
    own = graph.only_nodes_with_namespaces(["honest"])
    assert {"params:seed", "params:cnn", "params:evaluation"} <= own.inputs()
    assert [name for name in own.inputs() if name.startswith("params:honest")] == [
        "params:honest.split"
    ]


def test_a_further_protocol_has_its_own_name_in_the_access_log(graph):
    (record,) = (node for node in graph.nodes if node.name == "honest.cnn.record_test_access")
    assert record.func(model_metrics())["architecture"].tolist() == ["honest.cnn"]


def test_without_a_study_the_graph_has_none():
    created = create_pipelines(Selection(Source.PHANTOMS, ("cnn",)))
    assert not created["study"].nodes
    assert "study_findings" not in created["__default__"].datasets()


def test_a_further_protocol_is_stored_as_the_first_is(graph):
    entries = configuration("base")["catalog"]
    patterns = DataCatalog.from_config(entries).config_resolver

    def stored(name):
        found = patterns.resolve_pattern(name)
        return found["type"], found.get("record"), found.get("copy_mode")

    further = [name for name in graph.datasets() if name.startswith("honest.")]
    assert len(further) > 20
    for name in further:
        if not name.startswith("honest.params:"):
            assert stored(name) == stored(name.removeprefix("honest.")), name


def test_a_protocol_without_a_split_of_its_own_is_refused():
    config = configuration("be_well", study={"arms": {"twice": "as before, once more"}})
    with pytest.raises(InputError, match=r"a `split` of its own for 'twice' in `study.arms`"):
        read_parameters(config["parameters"], config)


@pytest.mark.parametrize("study", STUDIES)
def test_a_study_runs_on_the_real_radiographs_by_default(study, monkeypatch):
    monkeypatch.delenv("RADIOGRAPHS", raising=False)
    config = configuration(study)
    assert config["parameters"]["fetch"]["source"] == Source.ARCHIVE
    assert config["catalog"]["radiographs"]["filepath"].endswith("01_raw/chest_xray")


@pytest.mark.parametrize("study", STUDIES)
def test_one_switch_turns_a_study_to_phantoms(study, monkeypatch, tmp_path):
    monkeypatch.setenv("RADIOGRAPHS", str(tmp_path))
    config = configuration(study, fetch={"source": "phantoms"})
    assert config["catalog"]["radiographs"]["filepath"].endswith("01_raw/phantoms")
    assert config["parameters"]["fetch"]["source"] == Source.PHANTOMS


@pytest.mark.parametrize("study", STUDIES)
def test_the_judged_protocol_of_a_study_has_no_flaw(study):
    parameters = configuration(study)["parameters"]
    honest, (own, *_) = parameters["study"]["honest"], parameters["study"]["arms"]
    split = parameters["split"] if honest == own else parameters[honest]["split"]
    assert split["group_by"] == "patient"
    assert split["policy"] in ("official", "pooled")


@pytest.mark.slow
def test_a_study_ends_in_a_page_that_judges_its_target(tmp_path):
    changes = (
        "fetch.source=phantoms,fetch.phantoms.patients=60,fetch.phantoms.test_share=0.3,"
        "honest.split.validation_share=0.3,preprocessing.size=[32,32],cnn.fitting.epochs=1"
    )
    kedro = str(Path(sys.executable).with_name("kedro"))
    run = subprocess.run(
        [kedro, "run", "--env", "zephyr_health", f"--params={changes}"],
        cwd=PROJECT,
        env={**os.environ, "RESULTS": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    found = json.loads((tmp_path / "08_reporting/study.json").read_text())
    assert set(found["arms"]) == {"reproduced", "honest"}
    page = (tmp_path / "08_reporting/report.html").read_text()
    assert f"F1 of 0.9 or more: {found['verdict']}" in page
    assert "phantoms" in page

import io
import os
import subprocess
from pathlib import Path

import pytest
from omegaconf import OmegaConf
from yaml.parser import ParserError

from pneumoscope.configuration import RESOLVERS, LayeredConfigLoader
from pneumoscope.errors import InputError
from pneumoscope.settings import CONFIG_LOADER_ARGS

CONF = Path(__file__).parents[1] / "conf"
# What git tracks: a developer's conf/local/ is no part of the project.
ENVIRONMENTS = sorted(
    folder.name for folder in CONF.iterdir() if folder.is_dir() and folder.name != "local"
)
STUDIES = ["be_well", "local_hospital", "mlp_cnn_vgg16", "serenity_health", "zephyr_health"]


def parameters(env: str, conf: Path = CONF, **runtime: object) -> dict:
    return LayeredConfigLoader(str(conf), env=env, runtime_params=runtime, **CONFIG_LOADER_ARGS)[
        "parameters"
    ]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for name in ("RADIOGRAPHS", "FILMS", "RESULTS", "CNN_WEIGHTS", "VGG16_WEIGHTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("resolver", "arguments", "variable", "default", "set_to"),
    [
        (
            "radiographs_folder",
            (None, None, "archive", "raw"),
            "RADIOGRAPHS",
            "raw/chest_xray",
            "/mine",
        ),
        ("fetch_source", (None, "phantoms"), "RADIOGRAPHS", "phantoms", "folder"),
        ("films_folder", (None, "raw/test"), "FILMS", "raw/test", "/mine"),
        ("results_folder", ("data",), "RESULTS", "data", "/mine"),
        ("pretrained_weights", ("cnn", "imagenet"), "CNN_WEIGHTS", "imagenet", "/mine"),
        ("pretrained_weights", ("cnn", None), "CNN_WEIGHTS", None, "/mine"),
    ],
)
def test_the_environment_overrides_the_default(
    monkeypatch, resolver, arguments, variable, default, set_to
):
    assert RESOLVERS[resolver](*arguments) == default
    monkeypatch.setenv(variable, "")
    assert RESOLVERS[resolver](*arguments) == default
    monkeypatch.setenv(variable, "/mine")
    assert RESOLVERS[resolver](*arguments) == set_to


def test_a_runtime_parameter_overrides_the_environment(monkeypatch):
    monkeypatch.setenv("RADIOGRAPHS", "/mine")
    assert RESOLVERS["radiographs_folder"]("/given", None, "phantoms", "raw") == "/given"
    assert RESOLVERS["fetch_source"]("/given", "phantoms") == "folder"


def test_phantoms_that_are_asked_for_are_never_drawn_into_a_folder_of_ones_own(monkeypatch):
    monkeypatch.setenv("RADIOGRAPHS", "/mine")
    folder = RESOLVERS["radiographs_folder"]
    assert folder(None, "phantoms", "archive", "raw") == "raw/phantoms"
    assert folder(None, "archive", "phantoms", "raw") == "raw/chest_xray"
    assert folder(None, "folder", "archive", "raw") == "/mine"


def test_a_folder_that_is_not_named_is_the_one_that_was_filled_before():
    assert RESOLVERS["radiographs_folder"](None, "folder", "archive", "raw") == "raw/chest_xray"


def test_a_tilde_is_the_home_folder_since_no_shell_sees_it_behind_an_equals_sign(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert RESOLVERS["films_folder"]("~/films", "raw/test") == "/home/me/films"
    assert RESOLVERS["radiographs_folder"]("~/x", None, "phantoms", "raw") == "/home/me/x"


@pytest.mark.parametrize("place", ["s3://bucket/films", "zip://train::s3://bucket/films.zip"])
def test_an_address_stays_as_it_was_written(place):
    assert RESOLVERS["films_folder"](place, "raw/test") == place
    assert RESOLVERS["radiographs_folder"](place, None, "phantoms", "raw") == place
    assert RESOLVERS["store_credentials"](place, "films") == "films"


def test_a_place_on_this_machine_needs_no_credentials():
    assert RESOLVERS["store_credentials"]("/films.zip", "films") is None


@pytest.fixture
def conf(tmp_path):
    """Write configuration files: `conf({"base/parameters.yml": "seed: 7"})` gives the folder."""

    def write(files: dict[str, str]) -> Path:
        for env in ("base", "local", "other"):
            (tmp_path / env).mkdir(exist_ok=True)
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return tmp_path

    return write


BASE = "cnn: {augmentation: {translation: 0.03}, fitting: {epochs: 40, patience: 15}}"


@pytest.mark.parametrize(
    ("above", "runtime", "expected"),
    [
        ("cnn: {fitting: {epochs: 3}}", {}, ({"translation": 0.03}, {"epochs": 3, "patience": 15})),
        ("cnn: {augmentation: {}}", {}, ({}, {"epochs": 40, "patience": 15})),
        ("seed: 7", {"cnn": {"augmentation": {}}}, ({}, {"epochs": 40, "patience": 15})),
        (
            "cnn: {augmentation: {}}",
            {"cnn": {"augmentation": {"rotation": 5}}},
            ({"rotation": 5}, {"epochs": 40, "patience": 15}),
        ),
    ],
)
def test_an_override_keeps_siblings_and_an_empty_block_clears(conf, above, runtime, expected):
    files = {"base/parameters.yml": BASE, "other/parameters.yml": above}
    cnn = parameters("other", conf(files), **runtime)["cnn"]
    assert (cnn["augmentation"], cnn["fitting"]) == expected


def test_a_name_in_base_refers_to_what_the_environment_and_the_command_make_of_it(conf):
    files = {
        "base/parameters.yml": "fetch: {source: phantoms}\nshown: ${fetch.source}",
        "other/parameters.yml": "fetch: {source: folder}",
    }
    assert parameters("other", conf(files))["shown"] == "folder"
    assert parameters("other", conf(files), fetch={"source": "archive"})["shown"] == "archive"


def test_a_shared_block_can_be_overridden_in_part(conf):
    files = {
        "base/globals.yml": "study: {cnn: {fitting: {epochs: 5, patience: 3}, augmentation: {}}}",
        "base/parameters.yml": BASE,
        "other/parameters.yml": "cnn: ${globals:study.cnn}",
    }
    cnn = parameters("other", conf(files), cnn={"fitting": {"epochs": 2}})["cnn"]
    assert cnn == {"fitting": {"epochs": 2, "patience": 3}, "augmentation": {}}
    assert parameters("other", conf(files))["cnn"]["fitting"]["epochs"] == 5


def test_local_lies_over_base_and_gives_way_to_any_named_environment(conf):
    files = {
        "base/parameters.yml": "seed: 7\ntitle: base",
        "local/parameters.yml": "seed: 1",
        "other/parameters.yml": "title: other",
    }
    folder = conf(files)
    assert parameters(None, folder) == {"seed": 1, "title": "base"}
    assert parameters("other", folder) == {"seed": 7, "title": "other"}
    assert parameters("base", folder) == {"seed": 7, "title": "base"}


def test_files_are_parsed_once_and_again_when_they_say_something_else(conf, monkeypatch):
    parsed = []

    def load(text):
        parsed.append(text.read())
        return load_one(io.StringIO(parsed[-1]))

    load_one = OmegaConf.load
    monkeypatch.setattr(OmegaConf, "load", load)
    folder = conf({"base/parameters.yml": "seed: 7\ntitle: ${fetch}\nfetch: a"})
    found = [parameters("other", folder), parameters("other", folder, fetch="b")]
    assert [one["title"] for one in found] == ["a", "b"]
    assert parsed == ["seed: 7\ntitle: ${fetch}\nfetch: a"]
    # As long as before and at the same time, as far as the file system tells.
    file = folder / "base/parameters.yml"
    told = file.stat()
    file.write_text("seed: 8\ntitle: ${fetch}\nfetch: c")
    os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns))
    assert parameters("other", folder) == {"seed": 8, "title": "c", "fetch": "c"}
    (folder / "other/parameters.yml").write_text("seed: 9")
    assert parameters("other", folder)["seed"] == 9
    (folder / "other/parameters.yml").unlink()
    assert parameters("other", folder)["seed"] == 8


def test_whoever_changes_what_was_read_changes_nothing_for_the_next(conf):
    files = {"base/parameters.yml": "cnn: {filters: [4, 8]}", "base/catalog.yml": "a: {type: x}"}
    folder = conf(files)
    loader = LayeredConfigLoader(str(folder), env="other", **CONFIG_LOADER_ARGS)
    loader["parameters"]["cnn"]["filters"].append(16)
    loader["catalog"]["a"]["type"] = "y"
    again = LayeredConfigLoader(str(folder), env="other", **CONFIG_LOADER_ARGS)
    assert again["parameters"] == {"cnn": {"filters": [4, 8]}}
    assert again["catalog"] == loader["catalog"] == {"a": {"type": "x"}}


def test_a_file_that_is_broken_is_told_as_often_as_it_is_read(conf):
    folder = conf({"base/parameters.yml": "seed: [7"})
    for _ in range(2):
        with pytest.raises(ParserError, match="Invalid YAML or JSON file"):
            parameters("other", folder)


def test_an_unknown_environment_is_refused_with_the_nearest(conf):
    with pytest.raises(InputError, match=r"received 'othr'.*Did you mean 'other'"):
        parameters("othr", conf({"base/parameters.yml": BASE}))


def test_git_ignores_local_and_credentials_but_for_the_page_that_explains():
    asked = ["conf/local/parameters.yml", "conf/kermany/credentials.yml", "conf/local/README.md"]
    ignored = subprocess.run(
        ["git", "check-ignore", "--no-index", *asked],
        cwd=CONF.parent, capture_output=True, text=True, check=False,
    ).stdout.split()  # fmt: skip
    assert ignored == asked[:2]


def stated(env: str) -> dict:
    """Give what an environment's own files say, with what they refer to put in its place."""
    loader = LayeredConfigLoader(str(CONF), env=env, **CONFIG_LOADER_ARGS)
    files = [OmegaConf.load(file) for file in sorted((CONF / env).rglob("parameters.yml"))]
    assert loader["parameters"]  # registers what `${globals:…}` asks
    return OmegaConf.to_container(OmegaConf.merge(*files), resolve=True)


@pytest.mark.parametrize("env", [*STUDIES, "kermany"])
def test_a_model_is_trained_as_its_environment_says_and_by_nothing_else(env):
    effective, own = parameters(env), stated(env)
    names = effective["architectures"]
    assert {name: effective[name] for name in names} == {name: own[name] for name in names}


@pytest.mark.parametrize("env", STUDIES)
def test_the_studies_train_with_the_augmentation_that_they_published_and_no_ensemble(env):
    effective = parameters(env)
    augmented = {
        name: effective[name]["augmentation"]
        for name in effective["architectures"]
        if effective[name]["augmentation"]
    }
    shear_zoom_flip = {"shear": 10, "zoom": 0.1, "horizontal_flip": 0.5}
    steps = dict.fromkeys(["augmented", "pretrained"], shear_zoom_flip)
    assert augmented == (steps if env == "local_hospital" else {})
    assert effective["ensembles"] == {}


def credentials(conf: Path, env: str | None) -> dict:
    return LayeredConfigLoader(str(conf), env=env, **CONFIG_LOADER_ARGS)["credentials"]


@pytest.mark.parametrize("env", [None, "local", "other"])
def test_credentials_that_a_store_does_not_need_need_not_be_there(conf, env):
    assert credentials(conf({"base/parameters.yml": ""}), env) == {"radiographs": {}, "films": {}}


def test_credentials_of_a_person_serve_every_environment_whose_own_go_first(conf):
    folder = conf({
        "local/credentials.yml": "radiographs: {key: mine}\nbucket: {key: b}",
        "other/credentials.yml": "radiographs: {key: other}",
    })  # fmt: skip
    assert credentials(folder, None)["radiographs"] == {"key": "mine"}
    assert credentials(folder, "other") == {
        "radiographs": {"key": "other"}, "films": {"key": "other"}, "bucket": {"key": "b"},
    }  # fmt: skip


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_reading_credentials_changes_no_parameter(env):
    loader = LayeredConfigLoader(
        str(CONF), env=env, runtime_params={"seed": 3}, **CONFIG_LOADER_ARGS
    )
    assert loader["credentials"]
    assert loader["parameters"] == parameters(env, seed=3)
    assert loader["catalog"]


def test_credentials_may_come_from_variables_of_the_machine(conf, monkeypatch):
    monkeypatch.setenv("BUCKET_KEY", "mine")
    folder = conf({"local/credentials.yml": "films: {key: '${oc.env:BUCKET_KEY}'}"})
    assert credentials(folder, "other") == {"radiographs": {}, "films": {"key": "mine"}}


def test_entries_name_credentials_where_their_place_is_an_address(monkeypatch):
    monkeypatch.setenv("RADIOGRAPHS", "s3://bucket/films")
    entries = LayeredConfigLoader(str(CONF), env="kermany", **CONFIG_LOADER_ARGS)["catalog"]
    assert entries["radiographs"]["filepath"] == "s3://bucket/films"
    assert entries["radiographs"]["credentials"] == "radiographs"
    assert entries["new_radiographs"]["filepath"] == "s3://bucket/films/test"
    assert entries["new_radiographs"]["credentials"] == "films"
    monkeypatch.delenv("RADIOGRAPHS")
    entries = LayeredConfigLoader(str(CONF), env="kermany", **CONFIG_LOADER_ARGS)["catalog"]
    assert entries["radiographs"]["credentials"] is None

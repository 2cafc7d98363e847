import pytest

from pneumoscope.configuration import RESOLVERS


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for name in ("RADIOGRAPHS", "RESULTS", "CNN_WEIGHTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("resolver", "arguments", "variable", "default", "set_to"),
    [
        ("radiographs_folder", (None, "data"), "RADIOGRAPHS", "data", "/mine"),
        ("fetch_source", (None, "phantoms"), "RADIOGRAPHS", "phantoms", "folder"),
        ("results_folder", ("data",), "RESULTS", "data", "/mine"),
        ("pretrained_weights", ("cnn", "imagenet"), "CNN_WEIGHTS", "imagenet", "/mine"),
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
    assert RESOLVERS["radiographs_folder"]("/given", "data") == "/given"
    assert RESOLVERS["fetch_source"]("/given", "phantoms") == "folder"

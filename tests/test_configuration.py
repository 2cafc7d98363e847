import pytest

from pneumoscope.configuration import RESOLVERS


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for name in ("RADIOGRAPHS", "FILMS", "RESULTS", "CNN_WEIGHTS"):
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


def test_only_phantoms_are_shown_as_synthetic():
    shown = {source: RESOLVERS["shows_phantoms"](source) for source in ("phantoms", "folder")}
    assert shown == {"phantoms": True, "folder": False}

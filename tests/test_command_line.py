import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from pneumoscope.command_line import split_params
from pneumoscope.errors import InputError


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("", {}),
        ("seed=3", {"seed": 3}),
        ("seed=3, cnn.fitting.epochs=5", {"seed": 3, "cnn": {"fitting": {"epochs": 5}}}),
        ("cnn.fitting.learning_rate=1e-3", {"cnn": {"fitting": {"learning_rate": 0.001}}}),
        ("cnn.augmentation={}", {"cnn": {"augmentation": {}}}),
        ("cnn.model.filters=[4, 8],seed=3", {"cnn": {"model": {"filters": [4, 8]}}, "seed": 3}),
        ("a={b: [1, {c: 2}]},seed=3", {"a": {"b": [1, {"c": 2}]}, "seed": 3}),
        ("inference.model=null", {"inference": {"model": None}}),
        # A path is a path, whatever YAML would make of it.
        ("films=/films, 2024", {"films": "/films, 2024"}),
        ("predictions=2024,films=/a", {"predictions": "2024", "films": "/a"}),
        ("films=/a,b,seed=3", {"films": "/a,b", "seed": 3}),
        ("films=/a=b", {"films": "/a=b"}),
        ("films=/a:b", {"films": "/a:b"}),
        ("films=C:/films: new", {"films": "C:/films: new"}),
        ("films=2024", {"films": "2024"}),
        ("films=007", {"films": "007"}),
        ("films=null", {"films": "null"}),
        ("films=/a #1", {"films": "/a #1"}),
        ("external.st-mary=/a, 2024", {"external": {"st-mary": "/a, 2024"}}),
        ("external.2=2024,external.b=/b", {"external": {"2": "2024", "b": "/b"}}),
        ("external={a: /a}", {"external": {"a": "/a"}}),
        ("films=[old] films", {"films": "[old] films"}),
        ("films=O'Brien,seed=3", {"films": "O'Brien", "seed": 3}),
        ('films="/a,seed=3",seed=4', {"films": "/a,seed=3", "seed": 4}),
        ("vgg16.model.weights=/w #1.h5", {"vgg16": {"model": {"weights": "/w #1.h5"}}}),
        ('report.title="a, b=c"', {"report": {"title": "a, b=c"}}),
    ],
)
def test_what_a_user_writes_is_what_the_run_gets(text, parameters):
    assert split_params(None, None, text) == parameters


MARKS = st.sampled_from(["\\", "${", "}", ",", "seed=", " ", "#", ": ", "'", '"', "[", "films"])
LETTERS = st.characters(exclude_categories=["C", "Zl", "Zp"])


@given(path=st.lists(MARKS | LETTERS, min_size=1).map("".join))
@settings(max_examples=500)
def test_any_path_in_quotes_comes_through(path):
    mark = "'" if '"' in path else '"'
    assume(mark not in path)
    given = OmegaConf.create(split_params(None, None, f"films={mark}{path}{mark},seed=3"))
    read = OmegaConf.to_container(given, resolve=True)
    assert read == {"films": path, "seed": 3}


def test_a_dollar_in_a_path_names_no_parameter():
    given = OmegaConf.create(split_params(None, None, "films=/a${seed},seed=3"))
    assert OmegaConf.to_container(given, resolve=True) == {"films": "/a${seed}", "seed": 3}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("films", r"received 'films'. Write for example"),
        ("=3", r"key=value"),
        ("seed:3", r"key=value"),
        ("seed=3,seed=4", r"`seed` twice"),
        ("report.title=a: b: c", r"a YAML value for `report.title`.*into quotes"),
    ],
)
def test_what_cannot_be_read_is_refused(text, told):
    with pytest.raises(InputError, match=told):
        split_params(None, None, text)


def test_parameters_of_a_file_are_taken_as_they_are():
    assert split_params(None, None, {"seed": 3}) == {"seed": 3}

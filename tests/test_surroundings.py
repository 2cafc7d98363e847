from pathlib import Path

import pytest

from pneumoscope.errors import InputError
from pneumoscope.surroundings import check_results, check_variables


@pytest.mark.parametrize("name", ["RADIOGRAPH", "radiographs", "RADIOGRAHPS", "FILM", "Films"])
def test_a_variable_that_is_nearly_a_folder_of_films_stops_the_run(name):
    with pytest.raises(InputError, match=rf"received {name}. Did you mean (RADIOGRAPHS|FILMS)\?"):
        check_variables({name: "/mine", "PATH": "/bin"})


@pytest.mark.parametrize("name", ["RESULT", "results", "MOBILENET_WEIGHTS", "VGG19_WEIGHTS"])
def test_a_variable_that_may_belong_to_another_program_is_told_and_no_more(name, caplog):
    check_variables({name: "/mine"})
    assert f"The variable {name} is not read; did you mean" in caplog.text


@pytest.mark.parametrize(
    "environment",
    [
        {"RADIOGRAPHS": "/a", "FILMS": "/b", "RESULTS": "/c", "VGG16_WEIGHTS": "imagenet"},
        {"RADIOGRAPHS": "/a", "RADIOGRAPH": "/b", "RESULTS": "/c", "RESULT": "/d"},
        {"RADIOGRAPH": "", "FILES": "x", "GRAPHS": "x", "MY_WEIGHTS": "x", "PATH": "/bin"},
    ],
)
def test_other_variables_are_passed_over_in_silence(environment, caplog):
    check_variables(environment)
    assert caplog.text == ""


@pytest.mark.parametrize("results", ["results {v2}", "a}b", "s3://bucket/results"])
def test_a_place_that_the_catalog_would_misread_is_refused(results):
    with pytest.raises(InputError, match=r"a local folder for results, without '"):
        check_results(results, Path("/project"))


def test_brackets_and_other_marks_are_legal_in_the_place_of_results():
    check_results("results [v2] *?,=:#", Path("/my project [1]"))
    with pytest.raises(InputError, match=r"\{mine\}"):
        check_results("data", Path("/{mine}/project"))

import pytest
from example_metrics import model_metrics, split
from example_records import RECORD, training_record

from pneumoscope.models.records import TrainingFilms
from pneumoscope.provenance import Sources
from pneumoscope.report.provenance import DRAWN, licences, own_origins, synthetic_note

REAL, DRAWN_ONES = Sources(folder=12), Sources(phantoms=12)


def measured_on(sources: Sources):
    counts = {"phantoms": sources.phantoms, "folder": sources.folder}
    part = split(sources=counts)
    return model_metrics(model={"fingerprint": "1" * 64}, splits={"test": part})


def trained_on(sources: Sources):
    data = TrainingFilms(3, 2, RECORD.data.classes, sources, "a" * 64)
    return training_record(data=data, synthetic=sources.phantoms > 0)


@pytest.mark.parametrize(
    ("films", "test", "train", "note"),
    [
        (REAL, REAL, REAL, ""),
        (DRAWN_ONES, DRAWN_ONES, DRAWN_ONES, DRAWN),
        (REAL, REAL, DRAWN_ONES, "cnn trained on phantoms"),
        (DRAWN_ONES, DRAWN_ONES, REAL, "the radiographs are phantoms; cnn tested on phantoms"),
        (REAL, DRAWN_ONES, REAL, "cnn tested on phantoms"),
        (Sources(phantoms=3, folder=9), REAL, REAL, "3 of 12 radiographs are phantoms"),
    ],
)
def test_each_record_speaks_for_itself(films, test, train, note):
    assert synthetic_note(films, {"cnn": measured_on(test)}, {"cnn": trained_on(train)}) == note


def test_many_models_are_counted():
    origins = {name: trained_on(DRAWN_ONES) for name in "abcd"}
    metrics = {name: measured_on(REAL) for name in "abcd"}
    assert synthetic_note(REAL, metrics, origins) == "4 models trained on phantoms"


def test_a_record_of_another_model_says_nothing_of_the_one_that_was_evaluated():
    metrics = {"cnn": measured_on(REAL), "mlp": measured_on(REAL)}
    origins = {"cnn": training_record(), "mlp": training_record(fingerprint="2" * 64)}
    assert own_origins(metrics, origins) == {"cnn": training_record()}


def test_licences_are_those_of_the_sources():
    assert licences(Sources(phantoms=1)) == "phantoms of this project, MIT"
    assert licences(Sources(archive=2)).startswith("the published collection, CC BY 4.0")
    both = licences(Sources(archive=2, folder=1))
    assert "CC BY 4.0" in both and "a folder of your own" in both


def test_a_user_states_the_licence_of_a_folder_and_of_nothing_else():
    told = licences(Sources(archive=2, folder=1), own="CC BY-NC 4.0, North Clinic")
    assert told.endswith("a folder of your own: CC BY-NC 4.0, North Clinic")
    assert "North" not in licences(Sources(archive=2), own="North")

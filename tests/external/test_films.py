import pytest

from pneumoscope.errors import InputError
from pneumoscope.external.films import describe_films, site_rows
from pneumoscope.external.records import Overlap
from pneumoscope.ingestion.layout import Layout
from pneumoscope.ingestion.manifest import sort_out

PATHS = [
    "train/NORMAL/IM-0115-0001.jpeg",
    "test/NORMAL/IM-0115-0002.jpeg",
    "val/PNEUMONIA/person1_bacteria_1.jpeg",
    "test/PNEUMONIA/scan.jpeg",
]
NOWHERE = Overlap({}, {}, {}, [], 0)


@pytest.fixture
def described(scanned, ingestion_options):
    def described(paths, **columns):
        found = sort_out(scanned(paths, **columns), ingestion_options)
        rows = site_rows("clinic", found.manifest, found.quarantine, ingestion_options)
        return rows, describe_films(
            rows, found.manifest, found.quarantine, NOWHERE, {}, Layout.of(ingestion_options)
        )

    return described


def test_all_parts_are_pooled_and_that_is_said(described):
    rows, films = described(PATHS)
    assert set(rows["split"]) == {"external:clinic"}
    assert rows["radiograph_id"].str.startswith("external:clinic/").all()
    assert films.parts == {"test": 2, "train": 1, "validation": 1}
    assert (films.radiographs, films.patients, films.without_pattern) == (4, 3, 1)
    assert films.warnings[0] == (
        "Folders name parts (test, train, validation); all were pooled and measured."
    )


def test_a_folder_without_parts_says_nothing_of_them(described):
    _, films = described([path.partition("/")[2] for path in PATHS])
    assert not any("pooled" in warning for warning in films.warnings)


def test_each_film_counts_once_and_one_of_both_labels_is_told(described):
    hashes = ["a", "a", "b", "a"]
    rows, films = described(PATHS, sha256=hashes)
    assert (len(rows), films.left_out) == (3, 1)
    assert any(warning.startswith("1 film carries both labels") for warning in films.warnings)
    again, same = described(PATHS, sha256=hashes)
    assert same.digest == films.digest
    assert described(PATHS)[1].digest != films.digest
    assert again["radiograph_id"].is_unique


def test_one_class_alone_is_measured_and_few_patients_are_told(described):
    rows, films = described(PATHS[:2])
    assert len(rows) == 2
    assert "There is no PNEUMONIA: what needs both classes is undefined." in films.warnings
    assert "Few patients (1 with NORMAL): the intervals are wide." in films.warnings
    many = [f"NORMAL/IM-{n:04d}-0001.jpeg" for n in range(30)]
    many += [f"PNEUMONIA/person{n}_virus_1.jpeg" for n in range(30)]
    assert described(many)[1].warnings == []


def test_no_radiograph_or_too_much_in_quarantine_stops(described):
    with pytest.raises(InputError, match=r"in `external.clinic`, received none among 4 files"):
        described(PATHS, reason="damaged")
    with pytest.raises(InputError, match=r"at most 5.0% of the files of `external.clinic`"):
        described(PATHS, reason=["", "", "", "damaged"])
    with pytest.raises(InputError, match="none among 0 files"):
        described([])

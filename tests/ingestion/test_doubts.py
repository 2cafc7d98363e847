import pandas as pd
import pytest

from pneumoscope.ingestion.doubts import folder_warnings, refusal_warnings
from pneumoscope.ingestion.layout import Layout
from pneumoscope.ingestion.litter import LITTER

GOOD = ["train/NORMAL/IM-0001-0001.jpeg", "train/PNEUMONIA/person1_virus_1.jpeg"]


@pytest.fixture
def doubts(make_manifest, ingestion_options):
    def doubts(paths):
        layout = Layout(ingestion_options.class_folders, ingestion_options.patient_patterns)
        return folder_warnings(make_manifest(paths), layout)

    return doubts


def refused(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["path", "reason"])


def test_nothing_is_doubted_of_a_plain_collection(doubts):
    assert doubts(GOOD) == []
    assert doubts(["NORMAL/a.png", "PNEUMONIA/b.png"]) == []
    assert refusal_warnings(refused()) == []
    assert refusal_warnings(refused(("Thumbs.db", LITTER), ("a.jpeg", ""))) == []


def test_refused_files_are_counted_by_suffix_with_the_commonest_reason():
    rows = [(f"a{n}.DCM", "a DICOM file: export it") for n in range(2)]
    (sentence,) = refusal_warnings(refused(*rows, ("b", "the file is empty"), ("c.pdf", "x: y")))
    assert sentence == (
        "Files that were not read: 4 (2 .dcm, 1 without a suffix, 1 .pdf). Each has its reason; "
        "the commonest: 2 a DICOM file as in a0.DCM, 1 the file is empty as in b, 1 x as in c.pdf."
    )


def test_folders_that_were_not_entered_are_named():
    (sentence,) = refusal_warnings(refused(("train/odd/", "the folder was not entered: a link")))
    assert sentence == (
        "Folders that were not entered, whatever they hold: 1 "
        "(train/odd/: the folder was not entered: a link)."
    )


def test_films_of_a_folder_that_names_no_part_beside_parts_are_named(doubts):
    (sentence,) = doubts([*GOOD, "holdout/NORMAL/IM-0009-0001.jpeg"])
    assert sentence == (
        "Radiographs that lie in folders that name no part (train, val or test), although others "
        "do: 1 (1 holdout/NORMAL)."
    )


def test_folders_of_unknown_meaning_within_a_class_are_named(doubts):
    paths = [f"train/NORMAL/{name}/{n}.jpeg" for name in "abcde" for n in range(2)]
    (sentence,) = doubts([*GOOD, *paths])
    assert sentence.startswith("Radiographs in folders of unknown meaning within a class")
    assert sentence.endswith("2 train/NORMAL/a, 2 train/NORMAL/b, 2 train/NORMAL/c, …).")


def test_a_file_name_against_its_folder_is_named(doubts):
    (sentence,) = doubts([*GOOD, "train/NORMAL/person9_bacteria_1.jpeg"])
    assert sentence == (
        "1 file names speak of another class or disease than their folders do: "
        "train/NORMAL/person9_bacteria_1.jpeg. The folder was believed."
    )

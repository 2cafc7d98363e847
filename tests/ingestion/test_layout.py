import pytest

from pneumoscope.ingestion.layout import UNASSIGNED, Place, is_stray, patient, place
from pneumoscope.naming import Label, Split, Subtype

N, P = Label.NORMAL, Label.PNEUMONIA


@pytest.mark.parametrize(
    ("path", "split", "label"),
    [
        ("train/NORMAL/a.jpeg", Split.TRAIN, N),
        ("chest_xray/val/PNEUMONIA/a.jpeg", Split.VALIDATION, P),
        ("TEST/Normal/a.jpeg", Split.TEST, N),
        ("Training/pneumonia/a.jpeg", Split.TRAIN, P),
        ("train/Pneumonía/a.jpeg", Split.TRAIN, P),
        ("train/Pneumoni\u0301a/a.jpeg", Split.TRAIN, P),  # as macOS spells it
        ("train/LUNGENENTZÜNDUNG/a.jpeg", Split.TRAIN, P),
        ("train/No Finding/a.jpeg", Split.TRAIN, N),
        ("NORMAL/a.jpeg", UNASSIGNED, N),
        ("ward 7/NORMAL/a.jpeg", UNASSIGNED, N),
    ],
)
def test_the_last_two_folders_tell_part_and_class(path, split, label, ingestion_options):
    assert place(path, ingestion_options.class_folders) == Place(split, label)


def test_a_folder_name_may_be_configured_in_any_case():
    assert place("train/SICK/a.jpeg", {N: [], P: ["Sick"]}).label is P


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("train/COVID/a.jpeg", "the folder 'COVID' names no class: expected NORMAL or PNEUMONIA"),
        ("train/NORMAL/old/a.jpeg", "'old' names no class.*ingestion.class_folders"),
        ("a.jpeg", "the file lies in no class folder"),
    ],
)
def test_a_folder_that_names_no_class_is_told(path, reason, ingestion_options):
    with pytest.raises(ValueError, match=reason):
        place(path, ingestion_options.class_folders)


@pytest.mark.parametrize(
    ("name", "label", "key", "subtype"),
    [
        ("person447_virus_921_1.jpeg", P, "virus-447", Subtype.VIRUS),
        ("person447_bacteria_1.jpeg", P, "bacteria-447", Subtype.BACTERIA),
        ("PERSON447_Virus_921_1.JPEG", P, "virus-447", Subtype.VIRUS),
        ("IM-0115-0001-0002.jpeg", N, "IM-0115", Subtype.NORMAL),
        ("NORMAL2-IM-1427-0001.jpeg", N, "NORMAL2-IM-1427", Subtype.NORMAL),
        ("BACTERIA-4038442-0001.jpeg", P, "bacteria-4038442", Subtype.BACTERIA),
        ("VIRUS-4038442-0001.jpeg", P, "virus-4038442", Subtype.VIRUS),
        ("NORMAL-1003233-0001.jpeg", N, "NORMAL-1003233", Subtype.NORMAL),
    ],
)
def test_kaggle_and_mendeley_names_give_the_patient(name, label, key, subtype, ingestion_options):
    found = patient(f"train/{label}/{name}", label, ingestion_options.patient_patterns)
    assert (found.patient_id, found.subtype, found.matched) == (key, subtype, True)


def test_a_number_shared_by_virus_and_bacteria_is_two_children(ingestion_options):
    patterns = ingestion_options.patient_patterns
    virus = patient("train/PNEUMONIA/person1_virus_6.jpeg", P, patterns)
    bacteria = patient("train/PNEUMONIA/person1_bacteria_2.jpeg", P, patterns)
    assert virus.patient_id != bacteria.patient_id


def test_an_own_pattern_without_subtype_keeps_a_child_through_health_and_illness():
    pattern = [r"^pat(?P<number>\d+)"]
    well, ill = (
        patient("NORMAL/pat12a.png", N, pattern),
        patient("PNEUMONIA/pat12b.png", P, pattern),
    )
    assert well.patient_id == ill.patient_id == "12"
    assert (well.subtype, ill.subtype) == (Subtype.NORMAL, Subtype.UNKNOWN)


@pytest.mark.parametrize("patterns", [[], [r"^person(?P<number>\d*)"]])
def test_a_name_that_gives_no_key_is_its_own_patient(patterns):
    found = patient("train/PNEUMONIA/person_x.jpeg", P, patterns)
    assert found.patient_id == "file:train/PNEUMONIA/person_x.jpeg"
    assert (found.subtype, found.matched) == (Subtype.UNKNOWN, False)


@pytest.mark.parametrize(
    "path",
    ["train/.DS_Store", "train/NORMAL/Thumbs.db", "__MACOSX/train/NORMAL/._a.jpeg", "README.txt"],
)
def test_litter_is_stray(path):
    assert is_stray(path)


@pytest.mark.parametrize("path", ["train/NORMAL/a.JPEG", "NORMAL/b.tif", "train/PNEUMONIA/"])
def test_radiographs_and_closed_folders_are_not_stray(path):
    assert not is_stray(path)

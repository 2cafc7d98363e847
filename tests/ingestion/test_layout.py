import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pneumoscope.ingestion.layout import UNASSIGNED, Layout, Place, fold
from pneumoscope.naming import Label, Split, Subtype

N, P = Label.NORMAL, Label.PNEUMONIA


@pytest.fixture(scope="module")
def layout(ingestion_options) -> Layout:
    return Layout(ingestion_options.class_folders, ingestion_options.patient_patterns)


def patient_of(layout, path):
    return layout.patient(path, layout.place(path))


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
        ("train /NORMAL /a.jpeg", Split.TRAIN, N),
        ("NORMAL/train/a.jpeg", Split.TRAIN, N),
        ("train/hospital A/NORMAL/a.jpeg", Split.TRAIN, N),
        ("NORMAL/a.jpeg", UNASSIGNED, N),
        ("ward 7/NORMAL/a.jpeg", UNASSIGNED, N),
    ],
)
def test_the_folders_above_a_file_name_part_and_class(path, split, label, layout):
    assert layout.place(path) == Place(split, label)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("train/PNEUMONIA/BACTERIA/a.jpeg", Place(Split.TRAIN, P, Subtype.BACTERIA)),
        ("test/pneumonia/Viral Pneumonia/a.jpeg", Place(Split.TEST, P, Subtype.VIRUS)),
        ("test/VIRUS/a.jpeg", Place(Split.TEST, P, Subtype.VIRUS)),
        ("train/NORMAL/old/2019/a.jpeg", Place(Split.TRAIN, N, None, "old/2019")),
        ("train/PNEUMONIA/viral/ward 7/a.jpeg", Place(Split.TRAIN, P, Subtype.VIRUS, "ward 7")),
    ],
)
def test_folders_within_a_class_name_a_disease_or_are_unknown(path, expected, layout):
    assert layout.place(path) == expected


def test_a_folder_name_may_be_configured_in_any_case():
    assert Layout({N: [], P: ["Sick"]}, []).place("train/SICK/a.jpeg").label is P


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("train/COVID/a.jpeg", "no folder of 'train/COVID' names a class.*class_folders"),
        ("a.jpeg", "the file lies in no class folder"),
        ("train/NORMAL/pneumonia/a.jpeg", r"more than one class \(normal and pneumonia\)"),
        ("train/NORMAL/virus/a.jpeg", r"more than one class \(normal and virus\)"),
        ("test/old/train/NORMAL/a.jpeg", r"more than one part \(test and train\)"),
        ("PNEUMONIA/virus/bacterial/a.jpeg", r"more than one disease \(virus and bacterial\)"),
    ],
)
def test_folders_that_name_no_class_or_two_meanings_are_refused(path, reason, layout):
    with pytest.raises(ValueError, match=reason):
        layout.place(path)


@pytest.mark.parametrize(
    ("name", "label", "key", "subtype"),
    [
        ("person447_virus_921_1.jpeg", P, "virus-447", Subtype.VIRUS),
        ("person447_bacteria_1.jpeg", P, "bacteria-447", Subtype.BACTERIA),
        ("PERSON447_Virus_921_1.JPEG", P, "virus-447", Subtype.VIRUS),
        ("person４４７_virus_921_1.jpeg", P, "virus-447", Subtype.VIRUS),
        ("IM-0115-0001-0002.jpeg", N, "im-0115", Subtype.NORMAL),
        ("im-0115-0009.jpeg", N, "im-0115", Subtype.NORMAL),
        ("NORMAL2-IM-1427-0001.jpeg", N, "normal2-im-1427", Subtype.NORMAL),
        ("BACTERIA-4038442-0001.jpeg", P, "bacteria-4038442", Subtype.BACTERIA),
        ("VIRUS-4038442-0001.jpeg", P, "virus-4038442", Subtype.VIRUS),
        ("NORMAL-1003233-0001.jpeg", N, "normal-1003233", Subtype.NORMAL),
    ],
)
def test_kaggle_and_mendeley_names_give_the_patient(name, label, key, subtype, layout):
    found = patient_of(layout, f"train/{label}/{name}")
    assert (found.patient_id, found.subtype, found.matched) == (key, subtype, True)


def test_a_number_shared_by_virus_and_bacteria_is_two_children(layout):
    virus = patient_of(layout, "train/PNEUMONIA/person1_virus_6.jpeg")
    bacteria = patient_of(layout, "train/PNEUMONIA/person1_bacteria_2.jpeg")
    assert virus.patient_id != bacteria.patient_id


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_a_key_is_one_in_every_case_and_unicode_form(form):
    layout = Layout({N: [], P: []}, [r"^(?P<name>[^_]+)_"])
    spelt = unicodedata.normalize(form, "JOSÉ_1.png")
    assert patient_of(layout, f"NORMAL/{spelt}").patient_id == "josé"


def test_an_own_pattern_without_subtype_keeps_a_child_through_health_and_illness():
    layout = Layout({N: [], P: []}, [r"^pat(?P<number>\d+)"])
    well, ill = (patient_of(layout, path) for path in ("NORMAL/pat12a.png", "PNEUMONIA/pat12b.png"))
    assert well.patient_id == ill.patient_id == "12"
    assert (well.subtype, ill.subtype) == (Subtype.NORMAL, Subtype.UNKNOWN)


def test_a_folder_tells_the_disease_where_the_file_name_does_not():
    layout = Layout({N: [], P: []}, [])
    assert patient_of(layout, "PNEUMONIA/bacterial/1.png").subtype is Subtype.BACTERIA


@pytest.mark.parametrize("patterns", [[], [r"^person(?P<number>\d*)"]])
def test_a_name_that_gives_no_key_is_its_own_patient(patterns):
    found = patient_of(Layout({N: [], P: []}, patterns), "train/PNEUMONIA/person_x.jpeg")
    assert found.patient_id == "file:train/PNEUMONIA/person_x.jpeg"
    assert (found.subtype, found.matched) == (Subtype.UNKNOWN, False)


@pytest.mark.parametrize(
    "path",
    [
        "train/NORMAL/person12_bacteria_17.jpeg",
        "train/NORMAL/PERSON12_VIRUS_17.jpeg",
        "train/NORMAL/pneumonia (3).png",
        "train/PNEUMONIA/NORMAL2-IM-1427-0001.jpeg",
        "train/PNEUMONIA/no_finding-12.png",
        "train/NORMAL/case no 3 pneumonia.png",
        "train/NORMAL/volcano_pneumonia.png",
        "train/NORMAL/pneumonia_negrete_2.png",
        "train/PNEUMONIA/virus/person12_bacteria_17.jpeg",
    ],
)
def test_a_file_name_that_contradicts_its_folders_is_noticed(path, layout):
    assert layout.contradicts(path, layout.place(path))


def test_a_contradiction_is_noticed_behind_a_name_that_stands_for_another(layout):
    real, shown = "NORMAL/pneumonia_doe.png", "NORMAL/0123456789abcdef.png"
    layout.remember([real], lambda *_: shown)
    assert layout.contradicts(shown, layout.place(shown))
    assert not layout.contradicts("NORMAL/fedcba9876543210.png", layout.place(shown))


@pytest.mark.parametrize(
    "path",
    [
        "train/PNEUMONIA/person12_bacteria_17.jpeg",
        "train/NORMAL/NORMAL2-IM-1427-0001.jpeg",
        "train/NORMAL/IM-1427-0001.jpeg",
        "train/PNEUMONIA/abnormal_12.png",
        "train/PNEUMONIA/pneumonia or normal.png",
        "train/PNEUMONIA/virus/person12_virus_17.jpeg",
        "train/NORMAL/antivirus_study_1.png",
        "train/NORMAL/no_pneumonia_12.png",
        "train/NORMAL/12-non-pneumonia.png",
        "train/NORMAL/pneumonia_neg_12.png",
        "train/NORMAL/sin neumonía (3).png",
        "train/PNEUMONIA/not normal 12.png",
    ],
)
def test_other_file_names_contradict_nothing(path, layout):
    assert not layout.contradicts(path, layout.place(path))


def test_folding_is_stable():
    assert fold(fold(" Straße ")) == fold("STRASSE") == "strasse"


FOLDERS = [
    "train",
    "Val",
    "TEST",
    "NORMAL",
    "Pneumonía",
    "no finding",
    "bacteria",
    "viral",
    "ward 7",
]


@st.composite
def spelt(draw, name: str) -> str:
    """Spell a name in any case and Unicode form."""
    cased = "".join(draw(st.sampled_from([str.upper, str.lower]))(letter) for letter in name)
    return unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD"])), cased)


@given(st.lists(st.sampled_from(FOLDERS) | st.text(max_size=8), max_size=5), st.data())
def test_folders_mean_the_same_in_every_case_and_form_or_are_refused(layout, names, data):
    path = "/".join([*(name.replace("/", "") or "x" for name in names), "film.png"])

    def place(path: str) -> Place | str:
        try:
            return layout.place(path)
        except ValueError as error:
            return type(error).__name__

    found = place(path)
    if isinstance(found, Place):
        assert found.source_split in {*Split, UNASSIGNED}
    known = "/".join(name for name in path.split("/")[:-1] if name in FOLDERS)
    again = "/".join(data.draw(spelt(name)) for name in known.split("/"))
    first, second = (place(f"{folders}/film.png") for folders in (known, again))
    assert str(first).casefold() == str(second).casefold()


@given(
    st.sampled_from(["person{}_virus_{}.jpeg", "person{}_bacteria_{}.jpeg", "BACTERIA-{}-{}.jpeg"]),
    st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 99), st.data(),
)  # fmt: skip
def test_a_patient_is_the_number_whatever_the_film_and_the_spelling(
    layout, name, one, other, film, data
):
    def key(number: int) -> str:
        path = f"train/PNEUMONIA/{data.draw(spelt(name.format(number, film)))}"
        return patient_of(layout, path).patient_id

    assert key(one) == key(one)
    assert (key(one) == key(other)) == (one == other)


def test_files_of_a_folder_are_each_told_the_same_whatever_came_between(layout):
    good, refused = "train/NORMAL/a.jpeg", "train/COVID/a.jpeg"
    for path in (good, good.replace("a.", "b."), refused, refused, good, refused):
        if path == refused:
            with pytest.raises(ValueError, match="no folder of 'train/COVID' names a class"):
                layout.place(path)
        else:
            assert layout.place(path) == Place("train", N)


def test_names_that_tell_the_class_are_read_one_by_one(ingestion_options):
    names = Layout(ingestion_options.class_folders, (), names_tell=True)
    assert names.place("films/normal 1.jpeg").label is N
    assert names.place("films/pneumonia 1.jpeg").label is P

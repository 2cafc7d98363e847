"""How a collection is laid out, and what of its table cannot be used."""

import time
from functools import partial

import collections_made as made
import pytest

from pneumoscope.errors import InputError
from pneumoscope.ingestion.recognition import recognise
from pneumoscope.naming import Column, Label

HEADER = ["file", "label"]
FILMS = made.files(["a/1.png", "a/2.png", "b/3.png"])


@pytest.fixture
def lay(ingestion_options, collections):
    def lay(files, beside=(), collection="auto"):
        options = ingestion_options.model_copy(update={"collection": collection})
        return recognise(files, dict(beside), options, collections)

    return lay


def placed(layout, *paths):
    """Give the class of each path, or why it has none."""

    def one(path):
        if why := layout.left_out(path):
            return f"left out: {why}"
        try:
            return layout.place(path).label.value
        except ValueError as error:
            return str(error)

    return [one(path) for path in paths or sorted(FILMS)]


def labelled(*rows, header=HEADER, **more):
    return FILMS | {"labels.csv": made.table(header, rows, **more)}


def test_labels_csv_needs_no_folders(lay):
    layout = lay(labelled(["a/1.png", "NORMAL"], ["a/2.png", "Pneumonia"], ["b/3.png", "normal"]))
    assert layout.name == "labels"
    assert placed(layout) == ["NORMAL", "PNEUMONIA", "NORMAL"]
    assert layout.remarks == []


@pytest.mark.parametrize(
    "spelt",
    ["a/1.png", "a\\1.png", "A/1.PNG", "1.png", "1", "/data/ward/a/1.png", "./a/1.png", " a/1.png ",
     "C:\\films\\a\\1.png"],
)  # fmt: skip
def test_a_row_names_its_file_in_any_spelling(lay, spelt):
    layout = lay(labelled([spelt, "NORMAL"], ["2.png", "PNEUMONIA"]))
    assert placed(layout, "a/1.png") == ["NORMAL"]


@pytest.mark.parametrize("wrong", ["b/1.png", "11.png", "1.jpg", "x/a1.png"])
def test_a_row_names_no_file_of_another_name_or_folder(lay, wrong):
    layout = lay(labelled([wrong, "NORMAL"], ["2.png", "PNEUMONIA"]))
    assert placed(layout, "a/1.png") == ["no row of labels.csv names the file"]
    assert layout.remarks == [
        "Rows of labels.csv that name no file that is there: 1 of 2, the first in line 2."
    ]


def test_a_name_that_two_files_bear_is_refused_for_both_unless_a_folder_tells(lay):
    films = made.files(["a/1.png", "b/1.png"])
    table = {"labels.csv": made.table(HEADER, [["1.png", "NORMAL"]])}
    assert placed(lay(films | table), *films) == ["a row of labels.csv fits 2 files"] * 2
    table = {"labels.csv": made.table(HEADER, [["b/1.png", "NORMAL"]])}
    assert placed(lay(films | table), "b/1.png") == ["NORMAL"]
    films = made.files(["A.png", "a.png"])
    table = {"labels.csv": made.table(HEADER, [["a.png", "NORMAL"]])}
    assert placed(lay(films | table), "a.png") == ["NORMAL"]


def test_films_of_one_name_in_many_folders_are_told_apart_in_time_that_grows_with_their_number(lay):
    # All of CheXpert's are called view1_frontal.jpg; 191,027 of them.
    paths = [f"train/patient{n:05}/study1/view1_frontal.jpg" for n in range(4000)]
    rows = [[f"set/{path}", ["NORMAL", "PNEUMONIA"][n % 2]] for n, path in enumerate(paths)]
    films = dict.fromkeys(paths, partial(bytes, b""))
    start = time.process_time()
    layout = lay(films | {"labels.csv": made.table(HEADER, rows)})
    assert placed(layout, *paths) == ["NORMAL", "PNEUMONIA"] * 2000
    # Every row fits every film: refused, and no slower.
    unclear = [["view1_frontal.jpg", "NORMAL"]] * 4000
    layout = lay(films | {"labels.csv": made.table(HEADER, unclear)})
    assert placed(layout, paths[7]) == ["a row of labels.csv fits 4000 files"]
    assert time.process_time() - start < 20  # comparing all with all took minutes


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["NORMAL"], ["NORMAL"]], "NORMAL"),
        ([["NORMAL"], ["PNEUMONIA"]], "its labels stand for both classes"),
        ([["bacterial pneumonia"], ["PNEUMONIA"]], "PNEUMONIA"),
        ([["COVID"]], "the label 'COVID' has no class; list it under ingestion.class_folders, or "
                      "collections.labels.left_out"),
        ([["NORMAL"], ["COVID"]], "the label 'COVID' has no class; list it under "
                                  "ingestion.class_folders, or collections.labels.left_out"),
        ([[""]], "labels.csv gives it no label"),
        ([[""], ["NORMAL"]], "NORMAL"),
        ([["0"]], "the label '0' has no class; list it under ingestion.class_folders, or "
                  "collections.labels.left_out"),
        ([["normal|healthy"]], "NORMAL"),
        ([["normal|pneumonia"]], "its labels stand for both classes"),
    ],
)  # fmt: skip
def test_what_the_rows_of_one_file_come_to(lay, rows, expected):
    files = labelled(*(["1.png", *row] for row in rows), ["2.png", "NORMAL"])
    assert placed(lay(files), "a/1.png") == [expected]


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("split", ["train"], "train"),
        ("split", ["VAL"], "validation"),
        ("split", ["tset"], "its split 'tset' is none of train, val and test"),
        ("split", ["train", "test"], "its rows differ in the split"),
        ("split", ["train", ""], "train"),
        ("split", ["train", "Train"], "train"),
        ("split", [""], "unassigned"),
        ("patient", ["p1", "p2"], "its rows differ in the patient"),
        ("patient", ["p1", "p1"], "unassigned"),
        ("patient", ["Müller 1", "MÜLLER 1"], "unassigned"),
    ],
)
def test_splits_and_patients_of_a_table(lay, column, values, expected):
    rows = [["1.png", "NORMAL", value] for value in values]
    layout = lay(labelled(*rows, ["2.png", "NORMAL", ""], header=[*HEADER, column]))
    try:
        assert layout.place("a/1.png").source_split == expected
    except ValueError as error:
        assert str(error) == expected


def test_folders_tell_the_part_where_the_table_does_not(lay):
    films = made.files(["test/1.png", "train/2.png"])
    layout = lay(films | {"labels.csv": made.table(HEADER, [["1", "NORMAL"], ["2", "NORMAL"]])})
    assert [layout.place(path).source_split for path in films] == ["test", "train"]


def test_patients_are_told_apart_and_named_by_no_one(lay):
    rows = [["1", "NORMAL", "Doe, Jane"], ["2", "NORMAL", "doe, jane "], ["3", "NORMAL", "4711"]]
    layout = lay(labelled(*rows, header=[*HEADER, "Patient"]))
    keys = [layout.patient(path, layout.place(path)) for path in sorted(FILMS)]
    assert keys[0] == keys[1] != keys[2]
    assert all(key.matched for key in keys)
    assert not any(word in str(keys).casefold() for word in ("doe", "4711"))
    # Whoever has the same numbers in another table gets no equal key: they are other people.
    other = lay(labelled(*rows[1:], header=[*HEADER, "Patient"]))
    assert other.patient("b/3.png", other.place("b/3.png")) != keys[2]


def test_a_patient_that_the_table_leaves_out_is_looked_for_in_the_path(lay):
    films = made.files(["patient7/1.png", "x/2.png"])
    rows = [["1", "NORMAL", ""], ["2", "PNEUMONIA", ""]]
    layout = lay(films | {"labels.csv": made.table([*HEADER, "patient"], rows)})
    keys = [layout.patient(path, layout.place(path)) for path in films]
    assert [(key.patient_id, key.matched) for key in keys] == [
        ("patient7", True), ("file:x/2.png", False)
    ]  # fmt: skip


@pytest.mark.parametrize("unknown", ["NA", "nan", "Unknown", "?", " - "])
def test_films_of_an_unknown_patient_are_not_of_one(lay, unknown):
    rows = [["1", "NORMAL", unknown], ["2", "NORMAL", unknown], ["3", "NORMAL", "U"]]
    layout = lay(labelled(*rows, header=[*HEADER, "patient"]))
    keys = [layout.patient(path, layout.place(path)) for path in sorted(FILMS)]
    assert [key.matched for key in keys] == [False, False, True]
    assert keys[0].patient_id != keys[1].patient_id


def test_what_else_a_table_records(lay):
    header = [*HEADER, "age", "sex", "view", "site", "subtype", "exposure", "device"]
    rows = [
        ["1", "PNEUMONIA", "034Y", "F", "PA", "=Ward 3", "virus", "2,5", "DX-1"],
        ["2", "PNEUMONIA", "x", "?", "", "", "fungus", "-1", ""],
        ["3", "NORMAL", "3 months", "m", "Lateral", "", "", "", ""],
    ]
    layout = lay(labelled(*rows, header=header))
    assert layout.recorded("a/1.png") == {
        Column.AGE: 34, Column.SEX: "female", Column.VIEW: "PA", Column.SITE: "Ward 3",
        Column.EXPOSURE: 2.5, Column.DEVICE: "DX-1",
    }  # fmt: skip
    assert layout.recorded("a/2.png") == {}
    assert layout.place("a/1.png").subtype == "virus"
    assert layout.place("a/2.png").subtype is None
    assert layout.left_out("b/3.png") == "view 'lateral'"


@pytest.mark.parametrize("separator", list(",;\t|"))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_separator_and_encoding(lay, separator, encoding):
    text = separator.join(["file", "label", "site"])
    text += f"\r\n{separator.join(['1.png', 'Neumonía', 'Málaga'])}\r\n\r\n"
    text += separator.join(["2.png", "NORMAL", ""])
    layout = lay(FILMS | {"labels.csv": partial(bytes, text.encode(encoding))})
    assert placed(layout, "a/1.png", "a/2.png") == ["PNEUMONIA", "NORMAL"]
    assert layout.recorded("a/1.png") == {Column.SITE: "Málaga"}
    said = [remark for remark in layout.remarks if "not in UTF-8" in remark]
    assert len(said) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "a line of names and rows in 'labels.csv'"),
        (b"file,label\n", "received 1 line\\."),
        (b"file,label\n\x00\x01", "text in 'labels.csv'"),
        (b"file,file,label\na,b,NORMAL\n", "columns of different names"),
        (b"file,label\n1.png,NORMAL,Jane Doe\n", "at most 2 cells .*received 3 in line 2"),
        (b"name,label\n1.png,NORMAL\n", "with the columns file and label, .*name, label"),
        (b"file,class\n1.png,NORMAL\n", "with the columns file and label, .*file, class"),
        (b"file,label\nx.png,NORMAL\n", "name files of the folder, received none among 1"),
        (b"a/1.png,NORMAL,Doe\na/2.png,NORMAL,Doe\n", "a first line that names a file and no col"),
        (b'file,label\n1.png,"NORMAL\n2.png,NORMAL\n', "line 2: .*Close the quote"),
    ],
)
def test_a_table_that_cannot_be_used_stops_the_run(lay, content, expected):
    with pytest.raises(InputError, match=expected) as raised:
        lay(FILMS | {"labels.csv": partial(bytes, content)})
    assert "Doe" not in str(raised.value)


def test_the_line_that_tells_excel_the_separator_is_none_of_the_table(lay):
    told = b"sep=;\r\nfile;label;site\r\n1.png;NORMAL;a, b\r\nx.png;NORMAL;\r\n"
    layout = lay(FILMS | {"labels.csv": partial(bytes, told)})
    assert placed(layout, "a/1.png") == ["NORMAL"]
    assert layout.recorded("a/1.png") == {Column.SITE: "a, b"}
    assert layout.remarks == [
        "Rows of labels.csv that name no file that is there: 1 of 2, the first in line 4."
    ]


def test_columns_that_nothing_reads_are_told(lay):
    rows = [["1", "NORMAL", "p1", "train"]]
    layout = lay(labelled(*rows, header=[*HEADER, "Patient_ID", "set"]))
    assert layout.remarks == [
        "Columns of labels.csv that nothing reads: patient_id, set. `collections.labels.columns` "
        "says which are read."
    ]


def test_cells_that_are_not_understood_are_told_and_unknown_ones_are_not(lay):
    header = [*HEADER, "age", "sex", "exposure", "subtype"]
    rows = [["1", "NORMAL", "about 40", "F", "2.5", "Normal"]]
    rows += [["2", "PNEUMONIA", "unknown", "1", "much", "fungal"]]
    rows += [["3", "PNEUMONIA", "", "U", "n/a", "viral"]]
    assert lay(labelled(*rows, header=header)).remarks == [
        "Cells of the table that are not understood and count as not recorded, by radiographs: "
        "age of 1, exposure of 1, sex of 1, subtype of 1."
    ]
    assert lay(labelled(rows[2], header=header)).remarks == []


def test_a_table_beside_the_folder_or_named_by_the_user_goes_first(lay):
    beside = {"mine.txt": made.table(HEADER, [["1.png", "PNEUMONIA"]])}
    layout = lay(labelled(["1.png", "NORMAL"]), beside)
    assert (layout.name, *placed(layout, "a/1.png")) == ("labels", "PNEUMONIA")
    with pytest.raises(InputError, match=r"with the columns file and label, .*mine.txt with"):
        lay(FILMS, {"mine.txt": made.table(["x", "y"], [["1.png", "PNEUMONIA"]])})


def test_a_table_that_another_outside_goes_before_is_told(lay):
    table = {"mine.csv": made.table(HEADER, [["1", "NORMAL"]])}
    within = labelled(["1", "PNEUMONIA"])
    layout = lay(within, table)
    assert placed(layout, "a/1.png") == ["NORMAL"]
    assert layout.remarks == ["labels.csv was not read, for mine.csv outside was."]
    assert lay(FILMS, table).remarks == []


def test_a_table_that_is_not_asked_for_is_told(lay):
    table = {"mine.csv": made.table(HEADER, [["1", "NORMAL"]])}
    said = "mine.csv was not read, for ingestion.collection is folders."
    assert lay(FILMS, table, "folders").remarks == [said]
    assert lay(FILMS, (), "folders").remarks == []


def test_the_table_of_a_known_collection_may_lie_outside_its_folder(lay):
    files = made.nih()
    beside = {"entries.csv": files.pop("Data_Entry_2017.csv")}
    assert lay(files, beside).name == "nih"


def test_a_table_of_ones_own_may_be_called_as_that_of_a_known_collection(lay):
    table = {"train.csv": made.table(HEADER, [["1", "NORMAL"]])}
    layout = lay(FILMS, table)
    assert (layout.name, *placed(layout, "a/1.png")) == ("labels", "NORMAL")


def test_a_table_of_another_kind_under_a_known_name_is_passed_over(lay):
    folders = made.files(["NORMAL/1.png", "PNEUMONIA/2.png"])
    for content in (b"id,price\n1,2\n", b"", b"\x00"):
        assert lay(folders | {"train.csv": partial(bytes, content)}).name == "folders"


def test_two_collections_in_one_folder_must_be_told_apart(lay):
    both = made.nih() | made.padchest()
    with pytest.raises(InputError, match="one collection in the folder, received the files of nih"):
        lay(both)
    assert lay(both, collection="nih").name == "nih"
    assert lay(labelled(["1", "NORMAL"]), collection="folders").name == "folders"


def test_a_collection_that_is_unknown_or_not_there_is_named(lay):
    with pytest.raises(InputError, match=r"received 'nhi'. Did you mean 'nih'\?"):
        lay(FILMS, collection="nhi")
    with pytest.raises(InputError, match=r"Data_Entry_2017\*.csv .*received no such file"):
        lay(FILMS, collection="nih")


def test_flat_folders_are_read_by_the_names_of_their_files(lay):
    films = made.files(["NORMAL-1.png", "pneumonia_2.png", "images/virus 3.png", "4.png",
                        "normal or pneumonia.png", "abnormal 5.png"])  # fmt: skip
    layout = lay(films)
    assert layout.name == "file names"
    none = "neither a folder nor the file name names one class"
    assert placed(layout, *films) == ["NORMAL", "PNEUMONIA", "PNEUMONIA", none, none, none]
    assert layout.remarks == [
        "No folder names a class, so the names of the files were believed: 3 of 6 files speak of "
        "one class."
    ]


def test_names_tell_nothing_where_a_folder_does(lay):
    layout = lay(made.files(["NORMAL/1.png", "scans/pneumonia_2.png"]))
    assert layout.name == "folders"
    assert placed(layout, "scans/pneumonia_2.png")[0].startswith("no folder of 'scans' names")
    assert layout.remarks == []


@pytest.mark.parametrize(
    ("path", "patient"),
    [
        ("Normal/images/x.png", None),
        ("NORMAL/patient00001/study1/x.png", "patient00001"),
        ("normal/Patient 12/x.png", "patient 12"),
        ("train/NORMAL/sub-01/ses-2/x.png", "sub-01"),
        ("NORMAL/p10000032/s50414267/x.jpg", "p10000032"),
        ("NORMAL/cxr/png/x.png", None),
    ],
)
def test_folders_of_films_and_of_patients_need_no_flag(lay, path, patient):
    layout = lay(made.files([path, "PNEUMONIA/y.png"]))
    place = layout.place(path)
    assert (place.label, place.unknown) == (Label.NORMAL, "")
    found = layout.patient(path, place)
    assert (found.patient_id, found.matched) == (patient or f"file:{path}", patient is not None)


def test_masks_are_left_out_wherever_they_lie(lay):
    layout = lay(made.files(["Normal/images/x.png", "Normal/Masks/x.png", "PNEUMONIA/y.png"]))
    assert placed(layout, "Normal/Masks/x.png", "Normal/images/x.png") == [
        "left out: folder 'Masks'", "NORMAL",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["labels.xlsx", "b/list.ODS", "old.xls"])
def test_a_spreadsheet_that_may_hold_the_labels_is_named(lay, name):
    films = made.files(["NORMAL/1.png", "PNEUMONIA/2.png", name, "z/other.xlsx"])
    (remark,) = lay(films).remarks
    assert remark.startswith("Spreadsheets, which are not read: 2. If the labels stand in one")


def test_nothing_is_said_of_spreadsheets_where_there_is_none_or_a_table_tells(lay):
    assert lay(made.files(["NORMAL/1.png", "PNEUMONIA/2.png", "._labels.xlsx"])).remarks == []
    table = labelled(["a/1.png", "NORMAL"], ["a/2.png", "PNEUMONIA"], ["b/3.png", "NORMAL"])
    assert lay(table | made.files(["labels.xlsx"])).remarks == []

"""What is told of a folder before any run, and that it says no more than it knows."""

import re
from functools import partial

import collections_made as made
import pytest

from pneumoscope.ingestion.recognition import recognise
from pneumoscope.options import SplitOptions
from pneumoscope.preview import look as module
from pneumoscope.preview.look import look
from pneumoscope.preview.words import preview_lines

MANY = made.files(
    f"{folder}/patient{n:03}/{n}.png"
    for n, folder in enumerate(["NORMAL"] * 12 + ["PNEUMONIA"] * 12)
)
KEYLESS = {path.replace("patient", "x"): read for path, read in MANY.items()}


@pytest.fixture
def found(ingestion_options, collections, split_options):
    def found(files, beside=(), policy="auto", **changes):
        options = ingestion_options.model_copy(update=changes)
        layout = recognise(files, dict(beside), options, collections)
        split = SplitOptions(**split_options.model_dump() | {"policy": policy})
        return look(files, layout, options, split, seed=7)

    return found


@pytest.fixture
def say(found):
    def say(files, place="films", env="hospital", params="", side=64, **how):
        return preview_lines(found(files, **how), place, env, params, side)

    return say


def command(said):
    """Give the command that a preview ends with, or nothing."""
    lines = said.splitlines()
    return lines[-1].removeprefix("Next: ") if lines[-1].startswith("Next: ") else ""


def test_a_good_folder_is_told_with_the_command_that_runs_on_it(say):
    said = say(MANY)
    assert said.startswith("24 files, 24 taken for radiographs; their classes are told by folders")
    assert "of no part: 12 NORMAL" in said
    assert "splits: pooled" in said
    assert "train and test must be cut, for they came without" in said
    assert "Would be refused: nothing that was seen" in said
    assert "Patients: 24 by their keys" in said
    assert "Nothing will prove" not in said
    assert "Opened were" not in said
    assert command(said) == "RADIOGRAPHS=films kedro run --env hospital"


def test_without_patient_keys_no_proof_is_promised(say):
    said = say(KEYLESS)
    assert "Patients: none found; 24 radiographs have no patient key" in said
    assert "Nothing will prove that no patient stands in two splits." in said
    some = {p if n % 2 else p.replace("patient", "x"): r for n, (p, r) in enumerate(MANY.items())}
    assert "Patients: 12 by their keys; 12 radiographs have no" in say(some)


def test_tags_of_dicom_may_tell_patients_that_paths_do_not(say):
    pytest.importorskip("pydicom", reason="the extra dicom is not installed")
    from dicom_collection import as_dicom
    from pydicom.uid import ExplicitVRLittleEndian

    def dicom(number):
        return as_dicom(made.film(number, "jpeg"), ExplicitVRLittleEndian, f"child{number}", number)

    said = say({f"{p[:-4]}.dcm": partial(dicom, n) for n, p in enumerate(KEYLESS)})
    assert "Patients: 0 by their keys in names, folders or a table; 24 radiographs" in said
    assert "DICOM may tell them by its tags" in said
    assert "Nothing will prove" not in said


def test_what_would_be_refused_and_left_out_is_told_apart(say):
    files = MANY | {
        "scans/a.png": MANY["NORMAL/patient000/0.png"],
        "NORMAL/masks/0.png": made.mask(1),
        "README.txt": made.text("about"),
        ".DS_Store": made.text("x"),
    }
    said = say(files)
    assert "28 files, 24 taken for radiographs" in said
    assert "left out on purpose: 1, folder 'masks'" in said
    assert "litter or text, by their names: 2" in said
    assert re.search(r"Files that were not read: 1 \(1 \.png\).*no folder of 'scans' names", said)
    assert command(said)


def test_what_cannot_be_read_is_found_in_the_sample_and_weighed(say):
    spoilt = [*MANY][:4]
    said = say(MANY | {path: partial(bytes, b"no film") for path in spoilt})
    assert "of 24 that were opened: Files that were not read: 4 (4 .png)" in said
    assert "A run would stop:\n  Expected: at most 5.0% of the files in quarantine" in said
    assert not command(said)
    assert command(say(MANY | {path: partial(bytes, b"") for path in spoilt[:1]}))


def test_only_a_sample_is_opened_and_it_is_told(say, monkeypatch):
    opened = []

    def counted(path):
        opened.append(path)
        return MANY[path]()

    monkeypatch.setattr(module, "SAMPLE", 10)
    said = say({path: partial(counted, path) for path in MANY})
    assert len(opened) == len(set(opened)) == 10
    assert sum("NORMAL" in path for path in opened) == 5
    assert "Opened were 10 of 24 films, drawn at random; the run reads them all." in said


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "none among 0 files"),
        ({p: r for p, r in MANY.items() if "NORMAL" in p}, "none of PNEUMONIA among 12"),
        (dict(list(MANY.items())[10:14]), "2 (patients who share a film count as one)"),
        ({f"train/{p}": r for p, r in MANY.items()} | {"test/NORMAL/patient9/a.png":
          MANY["NORMAL/patient000/0.png"]}, "no PNEUMONIA in test"),
    ],
)  # fmt: skip
def test_what_would_stop_a_run_is_told_in_its_three_lines(say, files, expected):
    said = say(files)
    assert expected in said.partition("A run would stop:")[2]
    assert not command(said)


def test_a_given_test_part_is_kept(say):
    parts = {f"{'test' if n % 3 else 'train'}/{p}": r for n, (p, r) in enumerate(MANY.items())}
    said = say(parts)
    assert "splits: official" in said
    assert "test: 8 NORMAL" in said
    assert command(said)


def test_shortcuts_are_told_where_there_are_any(say, encode, gradient):
    assert "Shortcuts" not in say(MANY)
    small = partial(encode, gradient[:80, :80], "PNG")
    said = say({path: small if "NORMAL" in path else read for path, read in MANY.items()})
    assert "Shortcuts in those opened:" in said
    assert "the file size (AUROC 1.00, higher in PNEUMONIA)" in said


def test_the_command_carries_what_the_user_gave_and_a_size_that_the_films_have(say):
    assert command(say(MANY, place="my films", params="labels=a b.csv")) == (
        "RADIOGRAPHS='my films' kedro run --env hospital --params 'labels=a b.csv'"
    )
    assert command(say(MANY, side=160)).endswith("--params 'preprocessing.size=[64,64]'")
    own = "preprocessing.size=[32,32]"
    assert command(say(MANY, side=160, params=own)).endswith(f"--params '{own}'")


def test_spreadsheets_that_may_hold_the_labels_are_named_where_no_table_tells(say):
    said = say(MANY | made.files(["labels.xlsx"]))
    assert "  spreadsheets: labels.xlsx" in said
    assert (
        "  Spreadsheets, which are not read: 1. If the labels stand in one, save it as CSV" in said
    )
    assert "preadsheet" not in say(MANY)
    rows = [[path, "NORMAL" if "NORMAL" in path else "PNEUMONIA"] for path in MANY]
    tables = {"labels.csv": made.table(["file", "label"], rows)} | made.files(["old.xlsx"])
    assert "preadsheet" not in say(MANY | tables)

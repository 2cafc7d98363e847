from dataclasses import fields
from functools import partial
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pneumoscope.ingestion.file_names import escape_name
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.ingestion.manifest import (
    MANIFEST_COLUMNS,
    LostFile,
    PointlessRun,
    check_complete,
    check_worth_running,
    sort_out,
)
from pneumoscope.ingestion.scan import ScannedFile, scan
from pneumoscope.naming import Column

FIELDS = [field.name for field in fields(ScannedFile) if field.name != "pixels"]


def _jpeg() -> bytes:
    buffer = BytesIO()
    Image.fromarray(np.tile(np.arange(40, dtype=np.uint8) * 6, (30, 1))).save(buffer, "JPEG")
    return buffer.getvalue()


JPEG = _jpeg()
GOOD = ["train/NORMAL/IM-0001-0001.jpeg", "train/PNEUMONIA/person1_virus_1.jpeg"]


def test_a_row_holds_what_path_and_file_say(six_rows):
    assert list(six_rows.columns) == MANIFEST_COLUMNS
    row = six_rows.set_index(Column.PATH).loc["test/PNEUMONIA/person3_virus_17.jpeg"]
    assert row[Column.RADIOGRAPH_ID] == "test/PNEUMONIA/person3_virus_17"
    assert (row[Column.SOURCE_SPLIT], row[Column.LABEL]) == ("test", "PNEUMONIA")
    assert (row[Column.SUBTYPE], row[Column.PATIENT_ID]) == ("virus", "virus-3")
    assert row[Column.BYTES_PER_PIXEL] == 0.2  # 1000 / (100 × 50)


def test_five_children_are_told_apart_in_six_radiographs(six_rows):
    assert sorted(set(six_rows[Column.PATIENT_ID])) == [
        "bacteria-1", "im-0115", "normal2-im-0115", "virus-1", "virus-3",
    ]  # fmt: skip


def test_a_repeated_radiograph_is_named_as_duplicate(make_manifest):
    paths = ["train/NORMAL/a.jpeg", "train/NORMAL/b.jpeg", "train/NORMAL/c.jpeg"]
    manifest = make_manifest(paths, sha256=["same", "other", "same"])
    duplicate_of = dict(zip(manifest[Column.PATH], manifest[Column.DUPLICATE_OF], strict=True))
    assert duplicate_of.pop("train/NORMAL/c.jpeg") == "train/NORMAL/a"
    assert all(pd.isna(value) for value in duplicate_of.values())


def test_files_that_share_a_stem_keep_their_suffix(make_manifest):
    paths = ["NORMAL/a.jpeg", "NORMAL/a.png", "NORMAL/a.jpeg.png", "NORMAL/b.jpeg"]
    ids = make_manifest(paths)[Column.RADIOGRAPH_ID]
    assert set(ids) == {"NORMAL/a.jpeg", "NORMAL/a.png", "NORMAL/a.jpeg.png", "NORMAL/b"}


def test_the_manifest_does_not_depend_on_the_order_of_the_files(scanned, ingestion_options):
    files = scanned([*GOOD, "test/NORMAL/x.jpeg"], sha256=["1", "2", "1"])
    expected = sort_out(files, ingestion_options).manifest
    shuffled = sort_out(files.sample(frac=1, random_state=3), ingestion_options).manifest
    pd.testing.assert_frame_equal(shuffled, expected)


def test_no_file_is_lost_between_manifest_quarantine_and_litter(scanned, ingestion_options):
    paths = [*GOOD, "train/COVID/a.jpeg", "train/NORMAL/cut.jpeg", "train/.DS_Store"]
    files = scanned(paths, reason=["", "", "", "truncated", LITTER])
    found = sort_out(files, ingestion_options)
    assert set(found.manifest[Column.PATH]) == set(GOOD)
    reasons = dict(zip(found.quarantine[Column.PATH], found.quarantine[Column.REASON], strict=True))
    assert reasons.pop("train/NORMAL/cut.jpeg") == "truncated"
    assert "'train/COVID' names a class" in reasons.pop("train/COVID/a.jpeg")
    assert not reasons
    check_complete(files, found)


@pytest.mark.parametrize("kept", [[GOOD[0]], [*GOOD, GOOD[0]], [GOOD[0], "train/NORMAL/new.jpeg"]])
def test_a_file_that_is_lost_repeated_or_new_is_an_error(scanned, ingestion_options, kept):
    found = sort_out(scanned(kept), ingestion_options)
    with pytest.raises(LostFile, match="expected each of 2 files once, in the manifest"):
        check_complete(scanned(GOOD), found)


def test_good_input_is_worth_a_run(scanned, ingestion_options):
    files = scanned([*GOOD, ".DS_Store"], reason=["", "", LITTER])
    found = sort_out(files, ingestion_options)
    check_worth_running(found, ingestion_options)
    assert len(found.manifest) == 2


def test_an_empty_folder_stops_the_run(scanned, ingestion_options):
    with pytest.raises(
        PointlessRun, match=r"received none among 0 files.*Check the folder's layout"
    ):
        check_worth_running(sort_out(scanned([]), ingestion_options), ingestion_options)


def test_a_folder_of_other_things_stops_the_run_and_shows_an_example(scanned, ingestion_options):
    found = sort_out(scanned(["cats/a.jpeg", "dogs/b.jpeg"]), ingestion_options)
    with pytest.raises(PointlessRun, match=r"among 2 files.*cats/a.jpeg: no folder of 'cats'"):
        check_worth_running(found, ingestion_options)


def test_an_empty_class_stops_the_run(scanned, ingestion_options):
    found = sort_out(scanned([GOOD[0]]), ingestion_options)
    with pytest.raises(PointlessRun, match="both classes, received none of PNEUMONIA among 1"):
        check_worth_running(found, ingestion_options)


@pytest.mark.parametrize(("bad", "stops"), [(1, False), (2, True)])
def test_too_much_in_quarantine_stops_the_run(scanned, ingestion_options, bad, stops):
    # 1 of 20 is the configured 5 %, 2 of 21 is more; litter does not count.
    good = [f"train/{label}/{n}.jpeg" for label in ("NORMAL", "PNEUMONIA") for n in range(10)][1:]
    spoilt = [f"train/NORMAL/bad{n}.jpeg" for n in range(bad)]
    reasons = [""] * 19 + ["truncated"] * bad + [LITTER] * 5
    files = scanned([*good, *spoilt, *(f".{n}" for n in range(5))], reason=reasons)
    found = sort_out(files, ingestion_options)
    if stops:
        message = (
            r"at most 5.0% of the files in quarantine .*, received 2 of 21 \(9.5%\)\. "
            r"Files that were not read: 2 \(2 .jpeg\).*bad0.jpeg: trunc"
        )
        with pytest.raises(PointlessRun, match=message):
            check_worth_running(found, ingestion_options)
    else:
        check_worth_running(found, ingestion_options)
        assert len(found.quarantine) == 1


@pytest.mark.parametrize(
    ("folder", "stops"),
    [
        ("test/PNEUMONIA/", True),  # test is left without that class
        ("test/Pneumonia", True),  # a link that was copied as a file
        ("test/PNEUMONIA/a.jpeg", False),
        ("test/NORMAL/", False),
        ("train/PNEUMONIA/more/", False),
        ("scans/PNEUMONIA/", False),
        ("test/odd/", False),
    ],
)
def test_a_class_that_was_not_entered_stops_the_run_an_odd_folder_does_not(
    scanned, ingestion_options, folder, stops
):
    good = [f"train/{label}/{n}.jpeg" for label in ("NORMAL", "PNEUMONIA") for n in range(20)]
    paths = [*good, "test/NORMAL/1.jpeg", folder]
    files = scanned(paths, reason=[*[""] * 41, "the folder was not entered: a symbolic link"])
    found = sort_out(files, ingestion_options)
    if stops:
        message = "of PNEUMONIA in test, received none, for test/P.* is left out: .* symbolic"
        with pytest.raises(PointlessRun, match=message):
            check_worth_running(found, ingestion_options)
    else:
        check_worth_running(found, ingestion_options)


NAME = st.text(st.characters(exclude_characters="/"), min_size=1, max_size=8).filter(
    lambda name: name not in (".", "..")
)
FOLDER = st.sampled_from(["train", "test", "NORMAL", "PNEUMONIA", "__MACOSX", "ward 7"]) | NAME
CONTENT = st.sampled_from(
    [JPEG, b"", b"text", JPEG[:90], b"\x89PNG", bytes(128) + b"DICM"]
) | st.binary(max_size=40)  # fmt: skip


@settings(max_examples=50)
@given(
    st.dictionaries(st.lists(FOLDER, max_size=4).map(tuple), st.dictionaries(NAME, CONTENT)),
    st.sampled_from(["", ".jpeg", ".txt", ".dcm", "."]),
)
def test_every_file_of_any_tree_ends_in_one_of_three_places(ingestion_options, tree, suffix):
    files = {
        escape_name("/".join([*folders, name + suffix])): partial(bytes, content)
        for folders, names in tree.items()
        for name, content in names.items()
    }
    scanned = pd.DataFrame(
        [[getattr(file, name) for name in FIELDS] for file in scan(files, ingestion_options)],
        columns=FIELDS,
    )
    found = sort_out(scanned, ingestion_options)
    check_complete(scanned, found)
    litter = int((scanned["reason"] == LITTER).sum())
    assert len(found.manifest) + len(found.quarantine) + litter == len(files)
    assert found.manifest[Column.RADIOGRAPH_ID].is_unique
    assert (found.quarantine[Column.REASON] != "").all()

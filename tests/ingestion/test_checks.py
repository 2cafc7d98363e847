from dataclasses import fields
from functools import partial
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pneumoscope.ingestion.checks import (
    LostFile,
    PointlessRun,
    check_complete,
    check_worth_running,
)
from pneumoscope.ingestion.file_names import escape_name
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.ingestion.manifest import sort_out
from pneumoscope.ingestion.scan import ScannedFile, scan
from pneumoscope.naming import Column

FIELDS = [field.name for field in fields(ScannedFile) if field.name != "pixels"]


def _jpeg() -> bytes:
    buffer = BytesIO()
    Image.fromarray(np.tile(np.arange(40, dtype=np.uint8) * 6, (30, 1))).save(buffer, "JPEG")
    return buffer.getvalue()


JPEG = _jpeg()
GOOD = ["train/NORMAL/IM-0001-0001.jpeg", "train/PNEUMONIA/person1_virus_1.jpeg"]


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

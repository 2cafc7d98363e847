import pandas as pd

from pneumoscope.ingestion.layout import Layout
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.ingestion.manifest import MANIFEST_COLUMNS, sort_out
from pneumoscope.naming import Column

GOOD = ["train/NORMAL/IM-0001-0001.jpeg", "train/PNEUMONIA/person1_virus_1.jpeg"]


def test_a_row_holds_what_path_and_file_say(six_rows):
    assert list(six_rows.columns) == MANIFEST_COLUMNS
    row = six_rows.set_index(Column.PATH).loc["test/PNEUMONIA/person3_virus_17.jpeg"]
    assert row[Column.RADIOGRAPH_ID] == "test/PNEUMONIA/person3_virus_17"
    assert (row[Column.SOURCE_SPLIT], row[Column.LABEL]) == ("test", "PNEUMONIA")
    assert (row[Column.SUBTYPE], row[Column.PATIENT_ID]) == ("virus", "virus-3")
    assert row[Column.BYTES_PER_PIXEL] == 0.2  # 1000 / (100 × 50)


def test_five_patients_are_told_apart_in_six_radiographs(six_rows):
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


def test_what_is_recorded_of_a_film_joins_its_row_and_what_is_not_stays_missing(make_manifest):
    paths = ["NORMAL/a.jpeg", "NORMAL/b.jpeg"]
    recorded = {"age": [34.0, None], "sex": ["female", ""], "site": ["", "Z"], "exposure": [1.5, 2]}
    first, second = make_manifest(paths, **recorded).to_dict("records")
    assert (first["age"], first["sex"], first["exposure"]) == (34.0, "female", 1.5)
    assert (second["site"], second["exposure"]) == ("Z", 2.0)
    assert all(map(pd.isna, (first["site"], first["view"], second["age"], second["sex"])))


def test_names_without_suffix_hidden_and_with_several_dots_are_cut_at_the_last(make_manifest):
    paths = ["NORMAL/.hidden", "NORMAL/a.b.jpeg", "NORMAL/a.", "NORMAL/plain", "NORMAL.x/normal/c"]
    assert set(make_manifest(paths)[Column.RADIOGRAPH_ID]) == {
        "NORMAL/.hidden", "NORMAL/a.b", "NORMAL/a.", "NORMAL/plain", "NORMAL.x/normal/c",
    }  # fmt: skip


def test_what_a_layout_has_on_record_goes_before_what_files_say(scanned, ingestion_options):
    class Recording(Layout):
        def recorded(self, path):
            return {"age": 7.0, "sex": "male"} if path.endswith("virus_1.jpeg") else {}

    files = scanned(GOOD, age=[34.0, 35.0], sex="female", site="Z")
    found = sort_out(files, ingestion_options, Recording.of(ingestion_options)).manifest
    assert found[["age", "sex", "site"]].to_numpy().tolist() == [
        [34.0, "female", "Z"], [7.0, "male", "Z"],
    ]  # fmt: skip

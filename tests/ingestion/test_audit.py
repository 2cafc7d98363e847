import pandas as pd
import pytest
from pydantic import TypeAdapter

from pneumoscope.ingestion.audit import audit
from pneumoscope.ingestion.checks import LostFile
from pneumoscope.ingestion.layout import Layout
from pneumoscope.ingestion.litter import LITTER
from pneumoscope.ingestion.manifest import sort_out
from pneumoscope.ingestion.records import Duplicates, IngestionAudit, PatientCounts
from pneumoscope.ingestion.similarity import COPY, SIMILAR_COLUMNS

NO_PAIRS = pd.DataFrame(columns=SIMILAR_COLUMNS).astype({"similarity": float})


@pytest.fixture
def layout(ingestion_options):
    return Layout(ingestion_options.class_folders, ingestion_options.patient_patterns)


@pytest.fixture
def look(scanned, ingestion_options, layout):
    def look(paths, warn_auroc=0.7, similar=NO_PAIRS, **columns):
        files = scanned(paths, **columns)
        return audit(sort_out(files, ingestion_options), files, similar, layout, warn_auroc)

    return look


def twenty(part: str = "train") -> list[str]:
    normal = [f"{part}/NORMAL/IM-{n:04}-0001.jpeg" for n in range(10)]
    return normal + [f"{part}/PNEUMONIA/person{n}_virus_1.jpeg" for n in range(10)]


def test_counts_sizes_and_modes_are_those_of_the_files(look):
    paths = [
        "train/NORMAL/IM-0001-0001.jpeg", "train/NORMAL/IM-0001-0002.jpeg",
        "train/PNEUMONIA/person1_virus_1.jpeg", "test/PNEUMONIA/person2_bacteria_1.jpeg",
    ]  # fmt: skip
    found = look(paths, width=[100, 300, 50, 50], height=50, mode=["L", "L", "RGB", "L"])
    counts = {(r.source_split, r.label, r.subtype): r.n for r in found.counts}
    assert counts == {
        ("train", "NORMAL", "normal"): 2,
        ("train", "PNEUMONIA", "virus"): 1,
        ("test", "PNEUMONIA", "bacteria"): 1,
    }
    (normal,) = [row for row in found.sizes if row.label == "NORMAL"]
    assert (normal.n, normal.width_median) == (2, 200)
    assert (normal.width_min, normal.width_max, normal.height_max) == (100, 300, 50)
    modes = {(r.source_split, r.label, r.mode): r.n for r in found.modes}
    assert modes[("train", "PNEUMONIA", "RGB")] == 1
    assert modes[("train", "NORMAL", "L")] == 2


def test_bytes_per_pixel_are_quartiles_of_each_class(look):
    # 5000 pixels each: 0.1, 0.2, 0.3, 0.4 and 0.5 bytes a pixel.
    paths = [f"train/NORMAL/{n}.jpeg" for n in range(5)]
    (row,) = look([*paths], bytes=[500, 1000, 1500, 2000, 2500]).bytes_per_pixel
    assert (row.q25, row.median, row.q75) == pytest.approx((0.2, 0.3, 0.4))


def test_duplicates_are_counted_and_named_where_they_cross(look):
    paths = [
        "train/NORMAL/a.jpeg", "train/NORMAL/b.jpeg", "train/NORMAL/c.jpeg",
        "train/NORMAL/d.jpeg", "test/NORMAL/e.jpeg", "train/PNEUMONIA/f.jpeg",
        "train/NORMAL/g.jpeg",
    ]  # fmt: skip
    found = look(paths, sha256=["1", "1", "1", "2", "2", "3", "3"])
    assert found.duplicates == Duplicates(
        groups=3,
        extra_files=4,
        within_parts=2,
        example="train/NORMAL/b.jpeg",
        across_splits=[["test/NORMAL/e", "train/NORMAL/d"]],
        across_classes=[["train/NORMAL/g", "train/PNEUMONIA/f"]],
    )
    assert "Groups of identical files that carry both labels: 1." in found.warnings
    assert any(
        "files that stand in more than one of the given parts: 1." in w for w in found.warnings
    )


def test_patients_across_parts_and_names_without_pattern_are_counted(look):
    paths = [
        "train/PNEUMONIA/person1_virus_1.jpeg", "test/PNEUMONIA/person1_virus_2.jpeg",
        "train/PNEUMONIA/person1_bacteria_3.jpeg", "train/NORMAL/own name.jpeg",
    ]  # fmt: skip
    found = look(paths)
    assert found.patients == PatientCounts(
        total=3, without_pattern=1, across_source_splits=["virus-1"], most_radiographs=2
    )
    assert "Patients who stand in more than one of the given parts: 1." in found.warnings
    assert any(
        warning.startswith("1 of 4 radiographs has no patient key") for warning in found.warnings
    )


def test_quarantine_litter_and_conversions_are_listed_apart(look):
    paths = ["train/NORMAL/a.jpeg", "train/NORMAL/b.jpeg", "train/.DS_Store", "cats/c.jpeg"]
    notes = ["converted", "", "", "converted"]
    found = look(paths, reason=["", "truncated", LITTER, ""], note=notes)
    refused = {row.path: row.reason for row in found.quarantined}
    assert list(refused) == ["cats/c.jpeg", "train/NORMAL/b.jpeg"]
    assert refused["train/NORMAL/b.jpeg"] == "truncated"
    assert [(row.path, row.note) for row in found.converted] == [
        ("train/NORMAL/a.jpeg", "converted")
    ]
    assert (found.radiographs, found.litter, found.files) == (1, 1, 4)
    assert found.warnings[0].startswith("Files that were not read: 2 (2 .jpeg).")


def test_the_three_counts_add_up_to_the_files_or_the_audit_fails(
    scanned, ingestion_options, layout
):
    paths = twenty()
    ingested = sort_out(scanned(paths), ingestion_options)
    with pytest.raises(LostFile, match=r"each of 21 files once.*lost or new: train/NORMAL/x"):
        audit(ingested, scanned([*paths, "train/NORMAL/x.jpeg"]), NO_PAIRS, layout, 0.7)


@pytest.mark.parametrize(("copies", "warns"), [(1, True), (0, False)])
def test_a_share_of_copies_within_a_part_is_put_into_words(look, copies, warns):
    paths = [*twenty(), *(f"copy/{path}" for path in twenty()[:copies])]
    hashes = [f"hash of {path.removeprefix('copy/')}" for path in paths]
    found = look(paths, sha256=hashes)
    told = [warning for warning in found.warnings if warning.startswith("Byte-identical")]
    assert bool(told) == warns
    if warns:
        assert "1 of 21 (5%)" in told[0]
        assert "such as train/NORMAL/IM-0000-0001.jpeg" in told[0]


def test_films_that_look_alike_are_put_into_words(look):
    one, other = (path.removesuffix(".jpeg") for path in twenty()[:2])
    for similarity, words in ((COPY, "one picture stored twice"), (0.85, "may be one patient")):
        pair = pd.DataFrame([[one, other, similarity]], columns=SIMILAR_COLUMNS)
        found = look(twenty(), similar=pair)
        (warning,) = found.warnings
        assert words in warning
        assert f"1, such as {one} and {other}" in warning
        assert found.stored_anew.n == len(found.stored_anew.most_similar) == (similarity == COPY)
        assert found.alike.n == len(found.alike.most_similar) == (similarity != COPY)


def test_any_number_of_pairs_is_counted_and_the_first_hundred_are_listed(look):
    one, other = (path.removesuffix(".jpeg") for path in twenty()[:2])
    pairs = [[one, other, 0.99 - n / 1e5] for n in range(250)] + [[one, other, 0.9]]
    found = look(twenty(), similar=pd.DataFrame(pairs, columns=SIMILAR_COLUMNS))
    assert (found.stored_anew.n, found.alike.n) == (250, 1)
    listed = [pair.similarity for pair in found.stored_anew.most_similar]
    assert listed == [similarity for _, _, similarity in pairs[:100]]


def test_films_that_look_odd_are_put_into_words(look):
    looks = ["inverted", *[""] * 19]
    (sentence,) = [told for told in look(twenty(), orientation=looks).warnings if "look" in told]
    assert sentence.startswith("1 of 20 radiographs looks inverted, white for black: train/NORMAL/")
    assert not [told for told in look(twenty()).warnings if "look" in told]


def test_the_audit_is_ready_for_json_and_changes_nothing(scanned, ingestion_options, layout):
    files = scanned(twenty())
    ingested = sort_out(files, ingestion_options)
    before = ingested.manifest.copy()
    found = audit(ingested, files, NO_PAIRS, layout, 0.7)
    adapter = TypeAdapter(IngestionAudit)
    assert adapter.validate_json(adapter.dump_json(found, warnings="error")) == found
    pd.testing.assert_frame_equal(ingested.manifest, before)


def test_phantoms_among_other_films_are_warned_of_and_neither_kind_alone(look):
    def told(phantoms: int) -> list[str]:
        sources = ["phantoms"] * phantoms + ["folder"] * (20 - phantoms)
        warnings = look(twenty(), source=sources).warnings
        return [warning for warning in warnings if "synthetic phantoms" in warning]

    assert told(0) == told(20) == []
    assert told(3)[0].startswith("3 of 20 radiographs are synthetic phantoms of this project")

from example_audits import ingestion_audit as audit
from example_audits import shortcut

from pneumoscope.report.blocks import Figure, Note, Paragraph, Table
from pneumoscope.report.sections.audit import audit_section

FIGURES = {"sizes": b"png", "bytes_per_pixel": b"png"}


def text(blocks: list) -> str:
    return " ".join(block.text for block in blocks if isinstance(block, Paragraph))


def captions(blocks: list) -> list[str]:
    return [block.caption for block in blocks if isinstance(block, Figure)]


def test_warnings_come_first():
    section = audit_section(audit(warnings=["Size tells the class."]), {})
    assert section.blocks[0] == Note(
        "Before trusting any result", ["Size tells the class."], warns=True
    )


def test_files_are_counted_in_words():
    overview = text(audit_section(audit(quarantined=[{"path": "a", "reason": "b"}]), {}).blocks)
    assert overview.startswith(
        "6 files were found: 4 radiographs, 1 in quarantine and 1 of known litter. Their classes "
        "are told by the folders. The radiographs are of 3 patients by their keys, at most 2 of "
        "one."
    )


def test_patients_without_a_key_are_none_by_their_keys():
    some = {"total": 4, "without_pattern": 2, "across_source_splits": [], "most_radiographs": 3}
    assert (
        "are of 2 patients by their keys, at most 3 of one, but for 2 radiographs of patients not "
        "told apart."
    ) in text(audit_section(audit(patients=some), {}).blocks)


def test_a_shortcut_counts_in_either_direction():
    tables = [b for b in audit_section(audit(), {}).blocks if isinstance(b, Table)]
    shortcuts = next(table for table in tables if table.header[0] == "property of the file")
    assert [cell.text for cell in shortcuts.shown[0]] == ["bytes per pixel", "0.99", "0.52"]
    assert shortcuts.rows[1][0] == "width"
    assert [cell.text for cell in shortcuts.shown[1]] == ["width", "0.60", "n/a"]
    assert shortcuts.caption.endswith(
        "At the level of concern (0.7, and beyond chance) or above it: bytes per pixel in train."
    )


def test_what_lies_off_the_centre_has_a_table_of_its_own_with_intervals():
    marks = {**shortcut("train", "marks", 0.2, warns=True), "low": 0.1, "high": 0.3}
    section = audit_section(audit(shortcuts=[*audit().shortcuts, marks]), {})
    tables = [b for b in section.blocks if isinstance(b, Table)]
    (off_centre,) = [table for table in tables if table.header[0] == "outside the centre"]
    name, auroc = off_centre.shown[0]
    assert name.text == "the number of small bright marks in the corners"
    assert (auroc.text, auroc.detail) == ("0.80", "0.70 to 0.90")
    assert "corners in train" in off_centre.caption
    (of_file,) = [table for table in tables if table.header[0] == "property of the file"]
    assert len(of_file.rows) == 2
    assert "marks" not in of_file.caption


def test_without_such_numbers_there_is_no_table_of_them():
    assert "outside the centre" not in [
        b.header[0] for b in audit_section(audit(), {}).blocks if isinstance(b, Table)
    ]


def test_compression_that_tells_the_class_in_train_alone_is_said_to_mislead():
    (compressed, _) = captions(audit_section(audit(), FIGURES).blocks)
    assert "0.26 NORMAL against 0.09 PNEUMONIA in train" in compressed
    assert (
        "the classes in train but stays below the level of concern in test: a model" in compressed
    )


def test_sizes_that_tell_little_are_said_to_stay_below_the_level():
    (_, sized) = captions(audit_section(audit(), FIGURES).blocks)
    assert "1600 by 800 NORMAL against 1200 by 600 PNEUMONIA in train" in sized
    assert sized.endswith("Size alone stays below the level of concern.")


def test_a_part_too_small_to_exclude_chance_is_not_said_to_be_free_of_shortcuts():
    few = [shortcut("test", "bytes_per_pixel", 0.8), shortcut("train", "bytes_per_pixel", 0.55)]
    section = audit_section(audit(shortcuts=few), FIGURES)
    table = next(b for b in section.blocks if isinstance(b, Table) and "direction" in b.caption)
    assert table.caption.endswith("not beyond chance: bytes per pixel in test.")
    (compressed, sized) = captions(section.blocks)
    assert compressed.endswith(
        "Compression alone stays below the level of concern in train. Whether compression alone "
        "separates them in test cannot be told."
    )
    assert "cannot be told" not in sized
    many = audit(shortcuts=few[1:])
    assert "cannot be told" not in captions(audit_section(many, FIGURES).blocks)[0]
    assert many.inconclusive == []


def test_figures_that_were_not_made_are_left_out():
    assert captions(audit_section(audit(), {}).blocks) == []


def test_patients_and_duplicates_are_put_into_words():
    found = audit(
        duplicates={"groups": 2, "extra_files": 3, "within_parts": 2, "example": "a",
                    "across_splits": [["a", "b"]], "across_classes": []},
        patients={"total": 3, "without_pattern": 1, "across_source_splits": ["p1", "p2"],
                  "most_radiographs": 2},
    )  # fmt: skip
    said = text(audit_section(found, {}).blocks)
    assert "Patients in more than one source split, by their keys: 2." in said
    assert "Radiographs without a patient key: 1." in said
    assert "Groups of byte-identical radiographs: 2, with 3 copies too many." in said
    assert "1 group across source splits and 0 groups across classes" in said


def test_lists_are_folded_and_empty_ones_left_out():
    found = audit(quarantined=[{"path": "a.jpeg", "reason": "zero bytes"}])
    folded = [b for b in audit_section(found, {}).blocks if isinstance(b, Table) and b.folded]
    assert [list(row) for row in folded[-1].rows] == [["a.jpeg", "zero bytes"]]
    assert not any("look alike" in table.caption for table in folded)
    assert "Files that were converted, and how" not in [table.caption for table in folded]


def listed(refused: int) -> Table:
    found = audit(quarantined=[{"path": f"{n}.jpeg", "reason": "empty"} for n in range(refused)])
    tables = [block for block in audit_section(found, {}).blocks if isinstance(block, Table)]
    (table,) = [one for one in tables if one.caption.startswith("Files in quarantine")]
    return table


def test_a_list_does_not_grow_with_the_collection_and_says_where_the_rest_is():
    assert (len(listed(100).rows), listed(100).caption) == (100, "Files in quarantine, and why")
    many = listed(12_345)
    assert [row[0] for row in many.rows] == [f"{n}.jpeg" for n in range(100)]
    assert many.caption == (
        "Files in quarantine, and why (the first 100 of 12,345; all are in quarantine.csv)"
    )


def test_films_that_look_alike_are_counted_and_listed_for_a_human():
    pair = {"first": "a", "second": "b", "similarity": 0.84}
    blocks = audit_section(audit(alike={"n": 1, "most_similar": [pair]}), {}).blocks
    assert "more pairs of films that look like one picture stored twice: 0; pairs of films" in text(
        blocks
    )
    (listed,) = [b for b in blocks if isinstance(b, Table) and "one patient?" in b.caption]
    assert [list(row) for row in listed.rows] == [["a", "b", 0.84]]
    many = audit_section(audit(alike={"n": 580_000, "most_similar": [pair] * 100}), {}).blocks
    (listed,) = [b for b in many if isinstance(b, Table) and "one patient?" in b.caption]
    assert len(listed.rows) == 100
    assert listed.caption.endswith(
        "(the first 100 of 580,000; all are in similar_radiographs.parquet)"
    )


def test_what_was_left_out_is_told_and_nothing_where_nothing_was():
    assert "left out on purpose" not in text(audit_section(audit(), {}).blocks)
    left_out = [{"reason": "folder 'masks'", "n": 7}, {"reason": "label 'Effusion'", "n": 2}]
    section = audit_section(audit(left_out=left_out, layout="nih"), {})
    said = text(section.blocks)
    assert said.startswith("14 files were found: 4 radiographs, 0 in quarantine, 9 left out on")
    assert "Their classes are told by the labels of the collection `nih`." in said
    rows = [b.rows for b in section.blocks if isinstance(b, Table) and "purpose" in b.caption]
    assert rows == [[("folder 'masks'", 7), ("label 'Effusion'", 2)]]


def test_no_patients_are_claimed_where_no_key_tells_them_apart():
    keyless = {"total": 4, "without_pattern": 4, "across_source_splits": [], "most_radiographs": 1}
    said = text(audit_section(audit(patients=keyless), {}).blocks)
    assert "Nothing tells which of them are of one patient." in said
    assert "by their keys" not in said.casefold()
    assert "Radiographs without a patient key: 4." in said

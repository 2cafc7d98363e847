from typing import Any

from pneumoscope.report.blocks import Figure, Note, Paragraph, Table
from pneumoscope.report.sections.audit import audit_section

FIGURES = {"sizes": b"png", "bytes_per_pixel": b"png"}


def shortcut(split: str, feature: str, auroc: float | None, warns: bool = False) -> dict:
    return {"source_split": split, "feature": feature, "auroc": auroc, "warns": warns}


def size(split: str, label: str, width: float) -> dict:
    sides = {f"{side}_{end}": width for side in ("width", "height") for end in ("min", "max")}
    medians = {"width_median": width, "height_median": width / 2}
    return {"source_split": split, "label": label, "n": 1, **sides, **medians}


def compression(split: str, label: str, median: float) -> dict:
    return {"source_split": split, "label": label, "q25": 0, "median": median, "q75": 1}


def audit(**changes: Any) -> dict:
    return {
        "radiographs": 4,
        "quarantined": [],
        "converted": [],
        "litter": 1,
        "counts": [
            {"source_split": "train", "label": "NORMAL", "subtype": "normal", "n": 1},
            {"source_split": "train", "label": "PNEUMONIA", "subtype": "virus", "n": 3},
        ],
        "sizes": [size("train", "NORMAL", 1600), size("train", "PNEUMONIA", 1200)],
        "modes": [],
        "bytes_per_pixel": [
            compression("train", "NORMAL", 0.26),
            compression("train", "PNEUMONIA", 0.09),
        ],
        "duplicates": {"groups": 0, "extra_files": 0, "across_splits": [], "across_classes": []},
        "patients": {
            "total": 3,
            "without_pattern": 0,
            "across_source_splits": [],
            "most_radiographs": 2,
        },
        "shortcuts": [
            shortcut("train", "bytes_per_pixel", 0.01, warns=True),
            shortcut("test", "bytes_per_pixel", 0.52),
            shortcut("train", "width", 0.6),
        ],
        "warnings": [],
        **changes,
    }


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
    assert overview.startswith("4 radiographs of 3 patients were read, at most 2 of one patient.")
    assert "In quarantine: 1 file." in overview


def test_a_shortcut_counts_in_either_direction():
    tables = [b for b in audit_section(audit(), {}).blocks if isinstance(b, Table)]
    shortcuts = next(table for table in tables if table.header[0] == "one number alone")
    assert shortcuts.rows[0] == ["bytes per pixel", 0.99, 0.52]
    assert shortcuts.rows[1][0] == "width"
    assert [cell.text for cell in shortcuts.shown[1]] == ["width", "0.60", "n/a"]
    assert shortcuts.caption.endswith("Above the level of concern: bytes per pixel in train.")


def test_compression_that_tells_the_class_in_train_alone_is_said_to_mislead():
    (compressed, _) = captions(audit_section(audit(), FIGURES).blocks)
    assert "0.26 NORMAL against 0.09 PNEUMONIA in train" in compressed
    assert "apart in train but not in test: a model that relies on it there may do" in compressed


def test_sizes_that_tell_nothing_are_said_to_tell_nothing():
    (_, sized) = captions(audit_section(audit(), FIGURES).blocks)
    assert "1600 by 800 NORMAL against 1200 by 600 PNEUMONIA in train" in sized
    assert sized.endswith("Size alone does not tell the classes apart.")


def test_figures_that_were_not_made_are_left_out():
    assert captions(audit_section(audit(), {}).blocks) == []


def test_patients_and_duplicates_are_put_into_words():
    found = audit(
        duplicates={"groups": 2, "extra_files": 3, "across_splits": [["a", "b"]],
                    "across_classes": []},
        patients={"total": 3, "without_pattern": 1, "across_source_splits": ["p1", "p2"],
                  "most_radiographs": 2},
    )  # fmt: skip
    said = text(audit_section(found, {}).blocks)
    assert "Patients in more than one source split: 2." in said
    assert "File names that fit no pattern: 1." in said
    assert "Groups of byte-identical radiographs: 2, with 3 copies too many." in said
    assert "1 group across source splits and 0 groups across classes" in said


def test_lists_are_folded_and_empty_ones_left_out():
    found = audit(quarantined=[{"path": "a.jpeg", "reason": "zero bytes"}])
    folded = [b for b in audit_section(found, {}).blocks if isinstance(b, Table) and b.folded]
    assert folded[-1].rows == [["a.jpeg", "zero bytes"]]
    assert "Files that were converted, and how" not in [table.caption for table in folded]

from pneumoscope.report.blocks import Bullets, Figure, Note, Paragraph, Table
from pneumoscope.report.sections.splits import splits_section


def count(split: str, label: str, subtype: str, n: int) -> dict:
    return {"split": split, "label": label, "subtype": subtype, "n": n, "patients": n - 1}


BEFORE = [
    count("train", "NORMAL", "normal", 10),
    count("train", "PNEUMONIA", "virus", 30),
    count("test", "NORMAL", "normal", 5),
]
AFTER = [
    count("train", "NORMAL", "normal", 10),
    count("train", "PNEUMONIA", "virus", 10),
    BEFORE[2],
]
AUDIT = {
    "policy": "official",
    "group_by": "patient",
    "balance": "undersample",
    "counts_before": BEFORE,
    "counts_after": AFTER,
    "flaws": [],
    "proofs": ["None of 9 patients stands in two splits."],
    "patients": {"train": 20, "validation": 2, "test": 1},
}


def test_the_caption_counts_the_classes_before_and_after():
    (figure,) = [b for b in splits_section(AUDIT, b"png").blocks if isinstance(b, Figure)]
    assert figure.caption == (
        "Training has 10 NORMAL and 30 PNEUMONIA before rebalancing and 10 NORMAL and 10 "
        "PNEUMONIA after it; validation and test keep every radiograph."
    )


def test_a_test_part_that_changed_is_denounced():
    changed = {**AUDIT, "counts_after": AFTER[:2]}
    (figure,) = [b for b in splits_section(changed, b"png").blocks if isinstance(b, Figure)]
    assert "Rows outside training changed too" in figure.caption


def test_counts_stand_side_by_side():
    (table,) = [b for b in splits_section(AUDIT).blocks if isinstance(b, Table)]
    assert table.rows[1] == ["train", "PNEUMONIA", "virus", 30, 29, 10]


def test_the_protocol_is_put_into_words():
    (protocol, _) = [b.text for b in splits_section(AUDIT).blocks if isinstance(b, Paragraph)]
    assert "The given test part is kept" in protocol
    assert "20 patients in train, 2 patients in validation and 1 patient in test" in protocol
    assert "training rows of the larger class are left out" in protocol


def test_proofs_are_listed_and_flaws_come_first_as_a_warning():
    assert Bullets(AUDIT["proofs"]) in splits_section(AUDIT).blocks
    flawed = splits_section({**AUDIT, "flaws": ["Validation is test."], "proofs": []}).blocks
    assert flawed[0] == Note("What this protocol flatters", ["Validation is test."], warns=True)
    assert not any(isinstance(block, Bullets) for block in flawed)

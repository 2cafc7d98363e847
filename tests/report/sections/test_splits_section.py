from example_audits import SPLITS, split_audit

from pneumoscope.report.blocks import Bullets, Figure, Note, Paragraph, Table
from pneumoscope.report.sections.splits import splits_section

AUDIT = split_audit()


def test_the_caption_counts_the_classes_before_and_after():
    (figure,) = [b for b in splits_section(AUDIT, b"png").blocks if isinstance(b, Figure)]
    assert figure.caption == (
        "Training has 10 NORMAL and 30 PNEUMONIA before rebalancing and 10 NORMAL and 10 "
        "PNEUMONIA after it; validation and test are left as they are."
    )


def test_a_test_part_that_changed_is_denounced():
    changed = split_audit(counts_after=SPLITS["counts_after"][:2])
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


def test_checks_are_listed_and_flaws_come_first_as_a_warning():
    assert Bullets(AUDIT.checks) in splits_section(AUDIT).blocks
    flawed = splits_section(split_audit(flaws=["Validation is test."], checks=[])).blocks
    assert flawed[0] == Note(
        "Optimistic bias of this split protocol", ["Validation is test."], warns=True
    )
    assert not any(isinstance(block, Bullets) for block in flawed)


def test_copies_that_were_left_out_are_counted_and_none_is_not_mentioned():
    sentence = "Byte-identical copies within a split and class, left out: 3."
    assert sentence in splits_section(split_audit(copies_left_out=3)).blocks[0].text
    assert "left out:" not in splits_section(AUDIT).blocks[0].text


def test_films_in_two_splits_that_look_alike_are_shown_and_none_is_not_mentioned():
    pair = {"first": "a", "first_split": "train", "second": "b", "second_split": "test",
            "similarity": 0.84, "copy": False}  # fmt: skip

    def shown(similar: dict) -> Table:
        blocks = splits_section(split_audit(similar=similar)).blocks
        (_, table) = [block for block in blocks if isinstance(block, Table)]
        return table

    table = shown({"n": 1, "most_similar": [pair]})
    assert table.rows == [["a", "train", "b", "test", 0.84]]
    assert table.caption.endswith("two names may be one patient.")
    many = shown({"n": 1234, "most_similar": [pair] * 100})
    assert len(many.rows) == 20
    assert many.caption.endswith(
        "The 20 most similar of 1,234 pairs; all are in similar_across_splits.parquet."
    )
    (_,) = [b for b in splits_section(AUDIT).blocks if isinstance(b, Table)]


def test_why_a_policy_was_chosen_and_who_has_no_key_is_told_and_nothing_where_all_is_known():
    (protocol, _) = [b.text for b in splits_section(AUDIT).blocks if isinstance(b, Paragraph)]
    assert "chosen by what is there" not in protocol
    assert "without a patient key" not in protocol
    found = split_audit(chosen="The policy was chosen by what is there: no part.", keyless=12)
    (protocol, _) = [b.text for b in splits_section(found).blocks if isinstance(b, Paragraph)]
    assert "cut from the rest. The policy was chosen by what is there: no part." in protocol
    assert "Radiographs without a patient key, each counted as one of these: 12." in protocol

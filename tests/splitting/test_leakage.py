import pandas as pd
import pytest

from pneumoscope.ingestion.similarity import SIMILAR_COLUMNS
from pneumoscope.naming import Column, Split, SplitPolicy
from pneumoscope.splitting.leakage import (
    LeakingSplit,
    check_disjoint,
    copy_flaws,
    protocol_flaws,
    similar_pairs,
)

VIRUS_1, VIRUS_3 = "train/PNEUMONIA/person1_virus_6", "test/PNEUMONIA/person3_virus_17"


def splits_of(manifest: pd.DataFrame, **named: list[str]) -> pd.DataFrame:
    """Put the children named for a split there, and everyone else in train."""
    split_of = {child: split for split, children in named.items() for child in children}
    split = manifest[Column.PATIENT_ID].map(split_of).fillna("train")
    return pd.DataFrame({Column.RADIOGRAPH_ID: manifest[Column.RADIOGRAPH_ID], Column.SPLIT: split})


def test_what_was_checked_is_put_into_words(six_rows):
    splits = splits_of(six_rows, test=["virus-3", "normal2-im-0115"], validation=["bacteria-1"])
    assert check_disjoint(splits, six_rows) == [
        "By their patient keys, none of 5 patients stands in two splits.",
        "By their bytes, none of 6 different files stands in two splits.",
    ]


def test_a_patient_in_two_splits_is_named(six_rows):
    splits = splits_of(six_rows, test=["virus-3"])
    splits.loc[splits[Column.RADIOGRAPH_ID].str.endswith("bacteria_2"), Column.SPLIT] = Split.TEST
    message = r"own patients, received 1 in more than one: bacteria-1.*split.policy=pooled"
    with pytest.raises(LeakingSplit, match=message):
        check_disjoint(splits, six_rows)


def test_a_film_in_two_splits_is_named(six_rows):
    manifest = six_rows.copy()
    twins = manifest[Column.PATIENT_ID].isin(["virus-1", "virus-3"])
    manifest.loc[twins, Column.SHA256] = "c0ffee"
    with pytest.raises(
        LeakingSplit, match=f"own files, received 1 in more than one: {VIRUS_3} = {VIRUS_1}"
    ):
        check_disjoint(splits_of(manifest, test=["virus-3"]), manifest)


def test_a_long_list_of_leaks_is_cut_short(make_manifest):
    manifest = make_manifest(
        [f"train/PNEUMONIA/person{n}_virus_{film}.jpeg" for n in range(7) for film in (1, 2)]
    )
    splits = splits_of(manifest)
    splits.loc[::2, Column.SPLIT] = Split.TEST
    with pytest.raises(LeakingSplit, match=r"received 7 in more than one: .*virus-4 …"):
        check_disjoint(splits, manifest)


def test_an_honest_protocol_has_no_flaws(six_rows, split_options):
    assert protocol_flaws(splits_of(six_rows), six_rows, split_options) == []


def test_test_as_validation_is_flagged(six_rows, split_options):
    options = split_options.model_copy(update={"policy": SplitPolicy.TEST_AS_VALIDATION})
    (flaw,) = protocol_flaws(splits_of(six_rows), six_rows, options)
    assert flaw.startswith("Validation is the test part")


def test_a_given_validation_is_flagged_only_where_it_shares_patients_with_train(
    six_rows, split_options
):
    options = split_options.model_copy(update={"policy": SplitPolicy.GIVEN_VALIDATION})
    splits = splits_of(six_rows, test=["virus-3"], validation=["virus-1"])
    assert protocol_flaws(splits, six_rows, options) == []
    torn = splits[Column.RADIOGRAPH_ID].str.endswith("bacteria_2")
    splits.loc[torn, Column.SPLIT] = Split.VALIDATION
    (flaw,) = protocol_flaws(splits, six_rows, options)
    assert flaw.startswith("The given validation shares patients with train: 1 stands in both")


def test_a_split_by_radiograph_is_flagged_with_its_patient_leakage(six_rows, split_options):
    splits = splits_of(six_rows, test=["virus-3"])
    splits.loc[splits[Column.RADIOGRAPH_ID].str.endswith("bacteria_2"), Column.SPLIT] = Split.TEST
    options = split_options.model_copy(update={"group_by": "radiograph"})
    (flaw,) = protocol_flaws(splits, six_rows, options)
    assert "Those who stand in more than one split: 1," in flaw


def alike(*pairs) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=SIMILAR_COLUMNS)


def test_films_that_look_alike_are_reported_where_they_stand_in_two_splits(six_rows):
    splits = splits_of(six_rows, test=["virus-3"])
    within = ("train/PNEUMONIA/person1_bacteria_1", "train/PNEUMONIA/person1_bacteria_2", 0.99)
    pairs = similar_pairs(splits, six_rows, alike((VIRUS_1, VIRUS_3, 0.84), within))
    (pair,) = pairs.to_dict("records")
    assert (pair["first"], pair["first_split"]) == (VIRUS_1, Split.TRAIN)
    assert (pair["second"], pair["second_split"]) == (VIRUS_3, Split.TEST)
    assert (pair["similarity"], pair["copy"]) == (0.84, False)
    assert copy_flaws(pairs) == []


def test_pairs_are_told_alike_however_many_are_joined_at_a_time(six_rows, monkeypatch):
    splits = splits_of(six_rows, test=["virus-3", "virus-1"])
    names = six_rows[Column.RADIOGRAPH_ID].tolist()
    every = [(a, b, 0.8 + 0.001 * (len(a) % 7)) for n, a in enumerate(names) for b in names[:n]]
    together = similar_pairs(splits, six_rows, alike(*every))
    monkeypatch.setattr("pneumoscope.splitting.leakage._PAIRS_AT_ONCE", 2)
    pd.testing.assert_frame_equal(similar_pairs(splits, six_rows, alike(*every)), together)
    assert len(together) == 8
    assert together["similarity"].is_monotonic_decreasing
    assert list(similar_pairs(splits, six_rows, alike())) == list(together)


def test_a_copy_of_a_copy_that_was_left_out_is_reported_all_the_same(six_rows):
    manifest = six_rows.copy()
    twin = "train/PNEUMONIA/person1_bacteria_2"
    manifest.loc[manifest[Column.RADIOGRAPH_ID].isin([twin, VIRUS_1]), Column.SHA256] = "twin"
    splits = splits_of(manifest, test=["virus-3"])
    splits = splits[splits[Column.RADIOGRAPH_ID] != VIRUS_1]
    (pair,) = similar_pairs(splits, manifest, alike((VIRUS_1, VIRUS_3, 0.95))).to_dict("records")
    assert (pair["first"], pair["copy"]) == (twin, True)


def test_copies_in_two_splits_are_a_flaw_in_words(six_rows):
    splits = splits_of(six_rows, test=["virus-3"])
    (flaw,) = copy_flaws(similar_pairs(splits, six_rows, alike((VIRUS_1, VIRUS_3, 0.951))))
    assert flaw.startswith(
        "Pairs of films that look like one picture stored twice and stand in two splits: 1 between "
        f"train and test; for example {VIRUS_1} and {VIRUS_3} (correlation 0.95)."
    )


def test_nothing_is_proven_of_patients_that_have_no_key(make_manifest):
    paths = ["NORMAL/a.png", "NORMAL/b.png", "PNEUMONIA/person1_virus_1.jpeg"]
    manifest = make_manifest(paths)
    splits = manifest[["radiograph_id"]].assign(split=["train", "test", "train"])
    said, _ = check_disjoint(splits, manifest)
    assert said == (
        "By their keys, none of 1 other patients does. 2 of 3 radiographs have no patient key: "
        "whether their patients stand in two splits is not known, and nothing here proves that "
        "they do not."
    )
    none, _ = check_disjoint(splits[:2], manifest)
    assert none.startswith("2 of 2 radiographs have no patient key: whether")

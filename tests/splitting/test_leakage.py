import pandas as pd
import pytest

from pneumoscope.naming import Column, Split, SplitPolicy
from pneumoscope.splitting.leakage import LeakingSplit, protocol_flaws, prove_disjoint


def splits_of(manifest: pd.DataFrame, **named: list[str]) -> pd.DataFrame:
    """Put the children named for a split there, and everyone else in train."""
    split_of = {child: split for split, children in named.items() for child in children}
    split = manifest[Column.PATIENT_ID].map(split_of).fillna("train")
    return pd.DataFrame({Column.RADIOGRAPH_ID: manifest[Column.RADIOGRAPH_ID], Column.SPLIT: split})


def test_disjoint_splits_are_proven_in_words(six_rows):
    splits = splits_of(six_rows, test=["virus-3", "NORMAL2-IM-0115"], validation=["bacteria-1"])
    assert prove_disjoint(splits, six_rows) == [
        "None of 5 patients stands in two splits.",
        "None of 6 different films stands in two splits.",
    ]


def test_a_child_in_two_splits_is_named(six_rows):
    splits = splits_of(six_rows, test=["virus-3"])
    splits.loc[splits[Column.RADIOGRAPH_ID].str.endswith("bacteria_2"), Column.SPLIT] = Split.TEST
    message = r"own patients, found 1 in more than one: bacteria-1.*split.policy=pooled"
    with pytest.raises(LeakingSplit, match=message):
        prove_disjoint(splits, six_rows)


def test_a_film_in_two_splits_is_named(six_rows):
    manifest = six_rows.copy()
    twins = manifest[Column.PATIENT_ID].isin(["virus-1", "virus-3"])
    manifest.loc[twins, Column.SHA256] = "c0ffee"
    with pytest.raises(LeakingSplit, match="own identical films, found 1 in more than one: c0ffee"):
        prove_disjoint(splits_of(manifest, test=["virus-3"]), manifest)


def test_a_long_list_of_leaks_is_cut_short(make_manifest):
    manifest = make_manifest(
        [f"train/PNEUMONIA/person{n}_virus_{film}.jpeg" for n in range(7) for film in (1, 2)]
    )
    splits = splits_of(manifest)
    splits.loc[::2, Column.SPLIT] = Split.TEST
    with pytest.raises(LeakingSplit, match=r"found 7 in more than one: .*virus-4 …"):
        prove_disjoint(splits, manifest)


def test_an_honest_protocol_has_no_flaws(six_rows, split_options):
    assert protocol_flaws(splits_of(six_rows), six_rows, split_options) == []


def test_test_as_validation_is_flagged(six_rows, split_options):
    options = split_options.model_copy(update={"policy": SplitPolicy.TEST_AS_VALIDATION})
    (flaw,) = protocol_flaws(splits_of(six_rows), six_rows, options)
    assert flaw.startswith("Validation is the test part")


def test_a_given_validation_is_flagged_only_where_it_shares_children_with_train(
    six_rows, split_options
):
    options = split_options.model_copy(update={"policy": SplitPolicy.GIVEN_VALIDATION})
    splits = splits_of(six_rows, test=["virus-3"], validation=["virus-1"])
    assert protocol_flaws(splits, six_rows, options) == []
    torn = splits[Column.RADIOGRAPH_ID].str.endswith("bacteria_2")
    splits.loc[torn, Column.SPLIT] = Split.VALIDATION
    (flaw,) = protocol_flaws(splits, six_rows, options)
    assert flaw.startswith("The given validation shares children with train: 1 stand in both")


def test_a_split_by_radiograph_is_flagged_with_the_children_it_tears_apart(six_rows, split_options):
    splits = splits_of(six_rows, test=["virus-3"])
    splits.loc[splits[Column.RADIOGRAPH_ID].str.endswith("bacteria_2"), Column.SPLIT] = Split.TEST
    options = split_options.model_copy(update={"group_by": "radiograph"})
    (flaw,) = protocol_flaws(splits, six_rows, options)
    assert "1 children stand in more than one split" in flaw
